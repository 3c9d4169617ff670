import { createServer, type Server } from "node:net";
import type { AddressInfo } from "node:net";
import type { dynamic } from "@pulumi/pulumi";
import * as undici from "undici";
import type * as ha from "../../../panos/ha";
import type * as rulebase from "../../../panos/rulebase";
import type * as system from "../../../panos/system";
import type { Declaration } from "../../../declaration/declaration";
import type * as policy from "../../../provider/policy";
import { freshModules } from "./modules";
import { resourceModule, settingsModule, type Register } from "./sdk";

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- the SDK's own default for any resource
export type Provider = dynamic.ResourceProvider<any, any>;

let addresses = 0;

/**
 * A loopback address for each engine, where there are many: nobody else gets the port of one that is gone, which
 * would look as if it were still there.
 */
function nextAddress(): string {
  addresses++;
  return process.platform === "linux" ? `127.1.${(addresses >> 8) & 255}.${addresses & 255}` : "127.0.0.1";
}

/**
 * A process that hosts the providers, with the real modules and real sockets, and an engine whose address it
 * has as its last argument. What Pulumi's SDK would send to that engine is kept instead.
 */
export class ProviderProcess {
  /** What it told the engine. */
  readonly said: string[] = [];
  /** The API keys that it has used. */
  readonly keys = new Set<string>();
  /** Resolves when it was killed. */
  readonly killed: Promise<void>;
  private readonly module: (path: string) => unknown;
  private readonly pools: undici.Pool[] = [];
  private readonly intervals: NodeJS.Timeout[] = [];
  private readonly atExit: (() => void)[] = [];
  private isKilled = false;
  private hasProgram = false;
  private register: Register = () => Promise.resolve();
  private end: () => void = () => undefined;

  private constructor(
    private readonly engine: Server,
    settings: Readonly<Record<string, string>>,
  ) {
    this.killed = new Promise((resolve) => (this.end = resolve));
    const { address, port } = engine.address() as AddressInfo;
    const say = (message: string): Promise<void> => {
      this.said.push(message);
      return Promise.resolve();
    };
    this.module = freshModules({
      packages: {
        undici: { ...undici, Pool: this.poolOfThis() },
        "@pulumi/pulumi/log": { info: say, warn: say },
        "@pulumi/pulumi/resource": resourceModule(() => this.register),
        "@pulumi/pulumi/runtime/settings": settingsModule(
          () => this.register,
          () => this.hasProgram,
        ),
      },
      process: Object.create(process, {
        argv: { value: ["node", "dynamic-provider", `${address}:${port}`] },
        env: { value: {} },
        // Of its own accord, some seconds after its engine.
        exit: { value: () => this.kill() },
        // No signal reaches it: it ends by itself, or is killed.
        once: {
          value: (event: string, listener: () => void) => event === "exit" && this.atExit.push(listener),
        },
      }) as NodeJS.Process,
      setInterval: (again, ms) => {
        const interval = setInterval(again, ms);
        this.intervals.push(interval);
        return interval;
      },
    });
    const { configure } = this.module("provider/session/session") as { configure: Provider["configure"] };
    void configure?.({ config: { get: (key) => settings[key], require: (key) => settings[key] ?? "" } });
  }

  /** @param settings the stack's configuration, by full key */
  static async start(settings: Readonly<Record<string, string>>): Promise<ProviderProcess> {
    const engine = createServer((socket) => socket.destroy());
    await new Promise<void>((resolve) => engine.listen(0, nextAddress(), resolve));
    return new ProviderProcess(engine, settings);
  }

  /** @param module in `provider/` */
  provider(module: string): Provider {
    return (this.module(`provider/${module}`) as { provider: Provider }).provider;
  }

  /** Runs a program that declares a policy. */
  declare(declared: policy.FirewallPolicyArgs, register: Register): void {
    const { FirewallPolicy } = this.module("provider/policy") as typeof policy;
    this.register = register;
    this.hasProgram = true;
    new FirewallPolicy("firewall", declared);
  }

  /** What a policy makes Commit compare. */
  async declaration(declared: policy.FirewallPolicyArgs): Promise<Declaration> {
    let found: unknown;
    this.declare(declared, ({ module, inputs }) => {
      if (module === "commit") found = inputs["declared"];
      return Promise.resolve();
    });
    return (await found) as Declaration;
  }

  /** What the program uses of the client. */
  get program(): Pick<typeof ha, "askActive"> &
    Pick<typeof rulebase, "readRulebases"> &
    Pick<typeof system, "systemInfo"> {
    return {
      ...(this.module("panos/ha") as typeof ha),
      ...(this.module("panos/rulebase") as typeof rulebase),
      ...(this.module("panos/system") as typeof system),
    };
  }

  /** Ends it at once: its connections close, and nothing of it reaches a firewall any more. */
  kill(): void {
    this.isKilled = true;
    this.exit();
    this.end();
  }

  /** Ends its engine only; what is under way goes on. */
  killEngine(): void {
    this.engine.close();
  }

  /** The end of a run: the engine ends this process. */
  exit(): void {
    for (const pool of this.pools) void pool.destroy();
    for (const interval of this.intervals) clearInterval(interval);
    for (const listener of this.atExit.splice(0)) listener();
    this.engine.close();
  }

  private poolOfThis(): typeof undici.Pool {
    const register = (pool: undici.Pool): void => {
      this.pools.push(pool);
      if (this.isKilled) void pool.destroy();
    };
    const { keys } = this;
    return class extends undici.Pool {
      constructor(...parameters: ConstructorParameters<typeof undici.Pool>) {
        super(...parameters);
        register(this);
      }

      override dispatch(...parameters: Parameters<undici.Pool["dispatch"]>): boolean {
        const headers = parameters[0].headers as Record<string, string> | undefined;
        const key = headers?.["x-pan-key"];
        if (key !== undefined) keys.add(key);
        return super.dispatch(...parameters);
      }
    };
  }
}
