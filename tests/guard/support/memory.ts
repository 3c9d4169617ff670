/** Stores that are as exact as the real ones, without a network: what is kept is a copy. */
import type { Approval } from "../../../guard/approvals/approval";
import type { ApprovalStore } from "../../../guard/approvals/store";
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
  /** Set to have the store fail. */
  failure: Error | undefined;

  all(): Promise<Approval[]> {
    return this.failure ? Promise.reject(this.failure) : Promise.resolve(structuredClone(this.kept));
  }

  add(approval: Approval): Promise<void> {
    this.kept.push(approval);
    return Promise.resolve();
  }

  use({ id }: Approval, used: NonNullable<Approval["used"]>): Promise<boolean> {
    const found = this.kept.find((each) => each.id === id);
    if (found?.used && (found.used.event !== used.event || found.used.rule !== used.rule)) {
      return Promise.resolve(false);
    }
    if (found) found.used = used;
    return Promise.resolve(found !== undefined);
  }
}
