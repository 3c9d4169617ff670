import { createRequire } from "node:module";
import path from "node:path";
import { isRecord } from "../../lib/records";
import { EngineError, messageOf } from "./errors";
import type { PropertyMap } from "./values";

type Handler = (args: PropertyMap) => Promise<PropertyMap>;

/** Answers data sources (invokes) with functions of the caller's, in place of the plugins that the CLI would load. */
export class Invokes {
  private constructor(private readonly handlers: ReadonlyMap<string, (args: PropertyMap) => unknown>) {}

  /** Loads the module that ENGINE_INVOKES names, if it does: it exports `invokes`, handlers by token. */
  static load(file: string | undefined): Invokes {
    if (!file) return new Invokes(new Map());
    let module: unknown;
    try {
      module = createRequire(__filename)(path.resolve(file));
    } catch (error) {
      throw new EngineError("bad-arguments", `cannot load ENGINE_INVOKES=${file}: ${messageOf(error)}`);
    }
    const invokes = isRecord(module) ? module["invokes"] : undefined;
    if (!isRecord(invokes)) {
      throw new EngineError("bad-arguments", `ENGINE_INVOKES=${file} does not export an object "invokes"`);
    }
    const handlers = new Map<string, (args: PropertyMap) => unknown>();
    for (const [token, handler] of Object.entries(invokes)) {
      if (typeof handler !== "function") {
        throw new EngineError(
          "bad-arguments",
          `ENGINE_INVOKES=${file}: invokes["${token}"] is not a function`,
        );
      }
      handlers.set(token, handler as (args: PropertyMap) => unknown);
    }
    return new Invokes(handlers);
  }

  /** Throws `no-plugin`, naming the token, when nobody answers it. */
  handler(token: string): Handler {
    const handler = this.handlers.get(token);
    if (!handler) {
      const [packageName = ""] = token.split(":");
      throw new EngineError(
        "no-plugin",
        `cannot invoke ${token}: no resource plugin 'pulumi-resource-${packageName}' here, ` +
          "and no handler for it in ENGINE_INVOKES",
      );
    }
    return async (args) => {
      const answer = await handler(args);
      if (!isRecord(answer)) throw new Error(`the handler of ${token} did not return an object`);
      return answer;
    };
  }
}
