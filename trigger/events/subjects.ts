import { CHANGES_BY_CALL } from "./names";

/** Ids of EC2's objects that rules depend on; not of images, volumes, keys or reservations. */
const ID =
  /^(?:i|sg|sgr|eni|eni-attach|rtb|rtbassoc|subnet|vpc|vpce|vpce-svc|(?:vpc|subnet)-cidr-assoc|pl|igw|vgw|rs|pcx|tgw|tgw-rtb|tgw-attach|eipalloc|eipassoc|ipam-[a-z-]{1,40})-[0-9a-f]{8,17}$/;

const MAX_SUBJECTS = 10;
/** A RunInstances of 1,000 instances answers with some 100,000 values. */
const MAX_VISITED = 20_000;
const MAX_DEPTH = 16;

/** What a kind of call is about first of all. */
const FOREMOST: Record<string, string> = {
  instances: "i-",
  interfaces: "eni-",
  groups: "sg-",
  prefixLists: "pl-",
  routes: "rtb-",
  transit: "tgw-rtb-",
};

/**
 * The ids that a call was about, wherever its request and its answer have them: shapes differ by call, by
 * caller and by year, and a call that names its group only by name has none. What the call changes comes first.
 */
export function subjectsOf(call: string, ...places: unknown[]): string[] {
  const found = new Set<string>();
  let visited = 0;
  const visit = (value: unknown, depth: number): void => {
    if (++visited > MAX_VISITED || depth > MAX_DEPTH) return;
    if (typeof value === "string") {
      if (ID.test(value)) found.add(value);
    } else if (typeof value === "object" && value !== null) {
      for (const part of Object.values(value)) visit(part, depth + 1);
    }
  };
  for (const place of places) visit(place, 0);
  const foremost = FOREMOST[CHANGES_BY_CALL.get(call) ?? ""];
  const isForemost = (id: string) => foremost !== undefined && id.startsWith(foremost);
  return [...found].sort((a, b) => Number(isForemost(b)) - Number(isForemost(a))).slice(0, MAX_SUBJECTS);
}
