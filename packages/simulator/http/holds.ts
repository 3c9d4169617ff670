/** What a hold looks at. */
export interface HeldRequest {
  admin: string;
  type: string;
  action?: string;
  xpath?: string;
  cmd?: string;
  /** The firewall behind Panorama that it is for. */
  target?: string;
  element?: string;
}

export interface Hold {
  /** Resolves when the request is being held. */
  reached: Promise<void>;
  /** Lets it go on. */
  release(): void;
  /** Closes its connection without an answer. */
  drop(): void;
}

interface Waiting {
  match: (request: HeldRequest) => boolean;
  when: "before" | "after";
  arrive: () => void;
  verdict: Promise<"go" | "drop">;
}

/** Requests that a test wants to stop on their way, each once. */
export class Holds {
  private waiting: Waiting[] = [];
  private readonly decisions = new Set<(verdict: "go" | "drop") => void>();

  hold(match: (request: HeldRequest) => boolean, when: "before" | "after"): Hold {
    let arrive: () => void = () => undefined;
    let decide: (verdict: "go" | "drop") => void = () => undefined;
    const reached = new Promise<void>((resolve) => (arrive = resolve));
    const verdict = new Promise<"go" | "drop">((resolve) => (decide = resolve));
    this.decisions.add(decide);
    this.waiting.push({ match, when, arrive, verdict });
    const settle = (word: "go" | "drop"): void => {
      this.decisions.delete(decide);
      decide(word);
    };
    return { reached, release: () => settle("go"), drop: () => settle("drop") };
  }

  /** Waits when a hold wants this request now. */
  async pass(request: HeldRequest, when: "before" | "after"): Promise<"go" | "drop"> {
    const held = this.waiting.find((waiting) => waiting.when === when && waiting.match(request));
    if (!held) return "go";
    this.waiting = this.waiting.filter((waiting) => waiting !== held);
    held.arrive();
    return held.verdict;
  }

  /** Drops everything that is held, so that a server can stop. */
  dropAll(): void {
    for (const decide of this.decisions) decide("drop");
    this.decisions.clear();
    this.waiting = [];
  }
}
