import { addressRange } from "../policy/addresses";
import type { Flow } from "../policy/match";

/** A connection that somebody opens through the firewall. */
export interface SessionRequest {
  from: string;
  to: string;
  source: string;
  destination: string;
  /** IP protocol number; 6 unless given. */
  protocol?: number;
  sourcePort?: number;
  port: number;
  /** What App-ID recognises; "unknown-tcp" or "unknown-udp" unless given. */
  application?: string;
  vsys?: string;
}

/** An entry of the session table. */
export interface Session extends Required<SessionRequest> {
  readonly id: number;
  /** The rule that it was allowed by when it was last matched. */
  rule: string;
  /** DISCARD: a change of policy denies it, so its packets are dropped. */
  state: "ACTIVE" | "DISCARD";
  readonly started: Date;
}

/** The rule that takes a session's packets. */
export type Matcher = (vsys: string, flow: Flow) => { rule: string; action: string };

/** The session table. A session goes on when the policy changes, unless sessions are matched anew. */
export class Sessions {
  private readonly table = new Map<number, Session>();
  private lastId = 0;

  constructor(private readonly match: Matcher) {}

  /** @throws Error when the running policy denies it, or an address or a port isn't one */
  open(request: SessionRequest): Session {
    for (const key of ["source", "destination"] as const) {
      const range = addressRange(request[key]);
      if (!range || range.low !== range.high)
        throw new Error(`${key} ${JSON.stringify(request[key])} is no address`);
    }
    for (const key of ["port", "sourcePort"] as const) {
      const port = request[key] ?? 0;
      if (!Number.isInteger(port) || port < 0 || port > 65535) throw new Error(`${key} ${port} is no port`);
    }
    const { protocol = 6 } = request;
    const session: Session = {
      vsys: "vsys1",
      sourcePort: 32768 + (this.lastId % 28000),
      application: protocol === 17 ? "unknown-udp" : "unknown-tcp",
      ...request,
      protocol,
      id: this.lastId + 1,
      rule: "",
      state: "ACTIVE",
      started: new Date(),
    };
    const { rule, action } = this.match(session.vsys, flowOf(session));
    if (action !== "allow") throw new Error(`rule ${rule} denies it`);
    session.rule = rule;
    this.lastId = session.id;
    this.table.set(session.id, session);
    return session;
  }

  all(): Session[] {
    return [...this.table.values()];
  }

  find(id: number): Session | undefined {
    return this.table.get(id);
  }

  end(sessions: Iterable<Session>): void {
    for (const { id } of sessions) this.table.delete(id);
  }

  /** Applies a new policy to what is going on: what it denies is discarded, the rest gets its new rule. */
  rematch(): void {
    for (const session of this.table.values()) {
      const { rule, action } = this.match(session.vsys, flowOf(session));
      if (action === "allow") session.rule = rule;
      else session.state = "DISCARD";
    }
  }
}

function flowOf({ from, to, source, destination, protocol, port, application }: Session): Flow {
  return {
    from,
    to,
    source: addressRange(source),
    destination: addressRange(destination),
    protocol,
    port,
    application: application.startsWith("unknown-") ? undefined : application,
    user: undefined,
    category: undefined,
  };
}
