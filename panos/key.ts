import type { Connection } from "./connection";

/** An API key as the device has just issued it. */
export interface IssuedKey {
  value: string;
  /** How long the device takes it, in milliseconds; undefined: for ever, or nobody knows. */
  lifetimeMs: number | undefined;
}

interface HeldKey {
  value: string;
  /** From when on a new one is asked for; undefined: not before it is refused. */
  renewAt: number | undefined;
}

/** A key is renewed so long before its end, or at four fifths of a life that is shorter than five of these. */
const MARGIN_MS = 60_000;

/**
 * The API key that a client's requests carry: a configured one, one that is kept elsewhere, or one that is
 * logged in for. All requests share it, and everybody who waits for another one waits for the same. What is
 * asked for fails with PanosError.
 */
export class KeyHolder {
  private held: Promise<HeldKey> | undefined;

  /**
   * @param logIn asks the device for a key
   * @param now milliseconds on a clock that only a test sets
   */
  constructor(
    private readonly connection: Pick<Connection, "apiKey" | "readApiKey" | "username" | "password">,
    private readonly logIn: () => Promise<IssuedKey>,
    private readonly now: () => number,
  ) {}

  /** The key to send. One whose end is near is renewed first. */
  async current(): Promise<string> {
    const held = (this.held ??= this.remember(this.first()));
    const { value, renewAt } = await held;
    if (renewAt === undefined || this.now() < renewAt) return value;
    if (this.held === held || this.held === undefined) this.held = this.remember(this.newLogin());
    return (await this.held).value;
  }

  /**
   * Another key than one that was refused: what somebody else who was refused got meanwhile, what the key's
   * keeper has by now, or that of a new login.
   * @returns undefined where there is no other
   */
  async insteadOf(refused: string): Promise<string | undefined> {
    const held = this.held;
    const known = await held?.catch(() => undefined);
    if (this.held === held && (known === undefined || known.value === refused))
      this.held = this.remember(this.another(refused));
    const { value } = await (this.held ?? this.remember(this.another(refused)));
    return value === refused ? undefined : value;
  }

  private async first(): Promise<HeldKey> {
    const { apiKey, readApiKey } = this.connection;
    if (apiKey !== undefined) return { value: apiKey, renewAt: undefined };
    return readApiKey === undefined ? this.newLogin() : { value: await readApiKey(), renewAt: undefined };
  }

  private async another(refused: string): Promise<HeldKey> {
    const { readApiKey, username, password } = this.connection;
    const kept = await readApiKey?.();
    if (kept !== undefined && kept !== refused) return { value: kept, renewAt: undefined };
    if (username !== undefined && password !== undefined) return this.newLogin();
    return { value: refused, renewAt: undefined };
  }

  private async newLogin(): Promise<HeldKey> {
    // The device counts from when it issues the key, which is later: so the renewal is rather too early.
    const asked = this.now();
    const { value, lifetimeMs } = await this.logIn();
    const margin = Math.min(MARGIN_MS, (lifetimeMs ?? 0) / 5);
    return { value, renewAt: lifetimeMs === undefined ? undefined : asked + lifetimeMs - margin };
  }

  /** A failure is not kept: the next request tries again. */
  private remember(key: Promise<HeldKey>): Promise<HeldKey> {
    key.catch(() => {
      if (this.held === key) this.held = undefined;
    });
    return key;
  }
}
