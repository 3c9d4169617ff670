/** Cases of the oracle by number: an account, options, and packets. */
import { mapInventory } from "../../../mapping/index";
import type { Policy } from "../../../mapping/types";
import type { Packet } from "./packet";
import { packetOf } from "./packets";
import { randomOf } from "./random";
import { declaredBy, faultOf, nothingSeen } from "./verdict";
import type { Fault } from "./fault";
import type { Seen } from "./verdict";
import { worldOf } from "./worlds";
import type { World } from "./worlds";

const PACKETS = 16;

/** A case that went wrong. */
export interface Failure {
  index: number;
  world: World;
  packet: Packet;
}

export type Mapping = (inventory: World["inventory"], options: World["options"]) => Policy;

/** Runs cases until one goes wrong. */
export function runCases(
  seed: number,
  indices: Iterable<number>,
  mapping: Mapping = mapInventory,
): { seen: Seen; failure?: Failure } {
  const seen = nothingSeen();
  for (const index of indices) {
    const random = randomOf(seed, index);
    const world = worldOf(random);
    const policy = mapping(world.inventory, world.options);
    const declared = declaredBy(policy);
    for (let count = 0; count < PACKETS; count++) {
      const packet = packetOf(world, random);
      if (faultOf(world, policy, declared, packet, seen)) return { seen, failure: { index, world, packet } };
    }
  }
  return { seen };
}

/** What is wrong about one packet's fate in a world, if anything. */
export function judged(world: World, packet: Packet, mapping: Mapping = mapInventory): Fault | undefined {
  const policy = mapping(world.inventory, world.options);
  return faultOf(world, policy, declaredBy(policy), packet, nothingSeen());
}
