/** What AWS itself stops of some traffic, and by what. */
import type { Inventory } from "../../inventory/types";
import type { MappingOptions } from "../../mapping/types";
import type { Reason } from "../explain/reason";
import { NetworkAcls, type Judged } from "./network-acls";
import { PublicAccessBlocks } from "./public-access";
import { denialText, unknownText } from "./words";

export interface WhatStops {
  /** How much of it; unknown: an ACL could not be seen, and nothing that could stops any of it. */
  what: "nothing" | "all" | "part" | "unknown";
  because: Reason[];
}

/** Judges traffic by what an inventory has of it. */
export class Stops {
  /** Whether there are network ACLs to judge by. */
  readonly knowsAcls: boolean;
  private readonly acls: NetworkAcls;
  private readonly blocks: PublicAccessBlocks;

  constructor(inventory: Inventory, options: MappingOptions) {
    this.acls = new NetworkAcls(inventory);
    this.blocks = new PublicAccessBlocks(inventory, options);
    this.knowsAcls = this.acls.areRead;
  }

  of(judged: Judged): WhatStops {
    if (judged.far.length === 0 || judged.subnetIds.length === 0) return { what: "nothing", because: [] };
    const blocked = this.blocks.blocked(judged);
    const stopped = this.knowsAcls ? this.acls.stopped(judged) : NOTHING;
    const { denials } = stopped;
    const because = [
      ...(blocked === undefined ? [] : [{ text: blocked.text }]),
      ...denials.map((denial) => ({ id: denial.aclId, text: denialText(denial) })),
      ...[...this.blocks.unknown(judged), ...unknownText(stopped)].map((text) => ({ text })),
    ];
    if (because.length === 0) return { what: "nothing", because };
    if (blocked === undefined && denials.length === 0) return { what: "unknown", because };
    const isWhole = stopped.isWhole || (blocked?.isWhole === true && blocked.isAllPublic);
    return { what: isWhole ? "all" : "part", because };
  }
}

const NOTHING = { isWhole: false, denials: [], unknown: [] };
