/** What was found of a rule or a packet. */
export type Verdict =
  /** A rule of ours lets it in. */
  | "allowed"
  /** Only part of what was asked for is let in. */
  | "in part"
  /** A rule that isn't ours lets it in already. */
  | "already allowed"
  /** The firewall stops it, whatever AWS and our rules say. */
  | "denied"
  /** One end of it is an instance that a tag isolates. */
  | "isolated"
  /** AWS lets it in, but it becomes no rule. */
  | "withheld"
  /** AWS doesn't let it in, or it doesn't cross the firewall. */
  | "not asked for"
  /** It was asked which interfaces are behind the firewall, or about one. */
  | "answered"
  /** There is no such rule, and no group that it could be of: nothing was explained. */
  | "unknown";

/** One fact, and the facts that it rests on. */
export interface Reason {
  text: string;
  /** What of AWS or of the firewall it is about: "sgr-…", "i-…", "subnet-…", "rtb-…", a rule's name. */
  id?: string;
  because?: Reason[];
}

/** An answer that a person can read as a tree and a program as JSON. */
export interface Explanation {
  verdict: Verdict;
  /** The answer in a sentence. */
  text: string;
  because: Reason[];
}
