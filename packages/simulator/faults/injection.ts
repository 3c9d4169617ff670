import type { Answer } from "../http/answers";
import type { HeldRequest } from "../http/holds";
import { withoutSecrets } from "../http/record";
import { instead, spoiled } from "./answer";
import { ArmedFault } from "./armed";
import { FaultError, whenOf } from "./fault";
import type { Effect, Fault, FiredFault, When } from "./fault";
import { happen } from "./happen";
import type { FaultScene } from "./happen";
import { readFault } from "./read";

/** What becomes of a request: it goes on, ends without an answer, or gets this one without acting. */
type Verdict = "go" | "drop" | Answer;

/** The faults that fire on one request, decided when it arrives. */
export interface Injection {
  readonly names: readonly string[];
  before(): Promise<Verdict>;
  after(answer: Answer): Promise<"drop" | Answer>;
}

/** The faults of one firewall: which there are, and which fired. */
export class Faults {
  readonly fired: FiredFault[] = [];
  private armed: ArmedFault[] = [];
  private named = 0;

  constructor(
    private readonly scene: FaultScene,
    private readonly told: (fired: FiredFault) => void,
  ) {}

  /** @returns its name @throws FaultError */
  add(fault: Fault): string {
    readFault(fault);
    const name = fault.name ?? `fault-${++this.named}`;
    if (this.armed.some((other) => other.name === name))
      throw new FaultError("fault.name", `there is a fault ${name} already`);
    if (fault.effect.do === "fail-over" && !this.scene.firewall.ha)
      throw new FaultError("fault.effect", "this firewall is not in an HA pair, so nothing can take over");
    this.armed.push(new ArmedFault(name, fault));
    return name;
  }

  /** Adds all of them or, when one can't be, none. @returns their names @throws FaultError */
  addAll(faults: readonly Fault[]): string[] {
    const before = this.armed;
    this.armed = [...before];
    try {
      return faults.map((fault) => this.add(fault));
    } catch (error) {
      this.armed = before;
      throw error;
    }
  }

  /** Takes all faults back, and ends what they left behind. */
  clear(): void {
    this.armed = [];
    this.scene.firewall.commits.clearPlans();
    this.release();
  }

  /** Ends what one fault left behind (a lock, a stuck job), or all of them. */
  release(name?: string): void {
    this.scene.leftovers.release(name);
  }

  list(): (Fault & { name: string; seen: number; fired: number })[] {
    return this.armed.map(({ name, fault, seen, fired }) => ({ ...fault, name, seen, fired }));
  }

  /** Which faults fire on a request. Call it once for each, in the order they arrive. */
  begin(request: HeldRequest): Injection {
    this.scene.leftovers.tick();
    const due = this.armed.filter((armed) => armed.isDue(request));
    const at = due.map((armed) => ({ armed, occurrence: armed.seen }));
    // All of them happen, whichever decides about the request: a fault that is due fires.
    const run = async (when: When, decide: (effect: Effect) => void): Promise<void> => {
      for (const { armed, occurrence } of at) {
        if (whenOf(armed.fault.effect) !== when) continue;
        await this.fire(armed, occurrence, when, request);
        decide(armed.fault.effect);
      }
    };
    return {
      names: due.map(({ name }) => name),
      before: async () => {
        let verdict: Verdict = "go";
        await run("before", (effect) => {
          if (endsConnection(effect)) verdict = "drop";
          else if (verdict === "go") verdict = instead(effect) ?? "go";
        });
        return verdict;
      },
      after: async (answer) => {
        let sent: "drop" | Answer = answer;
        await run("after", (effect) => {
          sent = sent === "drop" || endsConnection(effect) ? "drop" : spoiled(sent, effect);
        });
        return sent;
      },
    };
  }

  private async fire(armed: ArmedFault, occurrence: number, when: When, request: HeldRequest): Promise<void> {
    const { name, fault } = armed;
    const { admin, type, action, xpath, cmd } = withoutSecrets(request);
    const fired: FiredFault = {
      fault: name,
      effect: fault.effect.do,
      when,
      occurrence,
      time: new Date().toISOString(),
      request: {
        admin,
        type,
        ...(action !== undefined && { action }),
        ...(xpath !== undefined && { xpath }),
        ...(cmd !== undefined && { cmd }),
      },
    };
    this.fired.push(fired);
    const note = await happen(name, fault.effect, this.scene);
    if (note !== undefined) fired.note = note;
    this.told(fired);
  }
}

function endsConnection({ do: effect }: Effect): boolean {
  return effect === "drop" || effect === "restart";
}
