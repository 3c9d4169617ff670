/** What is wrong about a packet's fate. */
export interface Fault {
  /** "wider than AWS", "narrower than AWS", "withheld in silence" */
  what: string;
  because: unknown;
}
