/** What was found out for a question, to be offered as its answer, with why. */
export interface Found {
  /** What it comes to; absent: nothing, or several of which none is the one. */
  value?: string;
  /** Why that, or what there is to choose from. */
  because: string;
  /** All that there are: another answer is nothing that exists now. */
  known?: readonly string[];
}

/** By the keys of questions. */
export type Findings = Partial<Record<string, Found>>;

/** What was found out somewhere, and of whom. */
export interface Looked {
  /** Whose answer it is: "AWS account 123456789012, eu-central-1". */
  at: string;
  findings: Findings;
}
