/** Stores that are as exact as the real ones, without a network: what is kept is a copy. */
import type { Approval, Use } from "../../../guard/approvals/approval";
import type { Kept } from "../../../guard/approvals/read";
import type { ApprovalStore } from "../../../guard/approvals/store";
import { useKey, type UseLedger } from "../../../guard/approvals/uses";
import type { RecordStore } from "../../../guard/record/store";
import { emptyRecord, type GroupRecord } from "../../../guard/record/types";

export class MemoryRecords implements RecordStore {
  private readonly kept = new Map<string, string>();

  async withRecord<T>(
    group: string,
    work: (record: GroupRecord) => Promise<{ keep: GroupRecord | undefined; result: T }>,
  ): Promise<T> {
    const text = this.kept.get(group);
    const { keep, result } = await work(
      text === undefined ? emptyRecord() : (JSON.parse(text) as GroupRecord),
    );
    if (keep === undefined) this.kept.delete(group);
    else this.kept.set(group, JSON.stringify(keep));
    return result;
  }

  read(groups: readonly string[]): Promise<Map<string, GroupRecord>> {
    const found = groups.flatMap((group): [string, GroupRecord][] => {
      const text = this.kept.get(group);
      return text === undefined ? [] : [[group, JSON.parse(text) as GroupRecord]];
    });
    return Promise.resolve(new Map(found));
  }

  known(): Promise<string[]> {
    return Promise.resolve([...this.kept.keys()]);
  }
}

export class MemoryApprovals implements ApprovalStore {
  readonly name = "memory";
  readonly kept: Approval[] = [];
  /** Anything else that somebody wrote. */
  readonly stray: Kept[] = [];
  /** Set to have the store fail. */
  failure: Error | undefined;

  all(): Promise<Kept[]> {
    if (this.failure) return Promise.reject(this.failure);
    const kept = this.kept.map(({ by, id, ...value }) => ({ by, id, value }));
    return Promise.resolve(structuredClone([...kept, ...this.stray]));
  }

  add(approval: Approval): Promise<void> {
    this.kept.push(approval);
    return Promise.resolve();
  }
}

export class MemoryUses implements UseLedger {
  readonly kept = new Map<string, Use>();

  of(approvals: readonly Pick<Approval, "by" | "id">[]): Promise<Map<string, Use>> {
    const found = approvals.flatMap((each): [string, Use][] => {
      const use = this.kept.get(useKey(each));
      return use === undefined ? [] : [[useKey(each), { ...use }]];
    });
    return Promise.resolve(new Map(found));
  }

  use(approval: Pick<Approval, "by" | "id">, use: Use): Promise<boolean> {
    const known = this.kept.get(useKey(approval));
    if (known !== undefined && known.event !== use.event) return Promise.resolve(false);
    this.kept.set(useKey(approval), known ?? use);
    return Promise.resolve(true);
  }
}
