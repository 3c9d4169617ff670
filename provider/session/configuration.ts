import { endWithEngine } from "./engine";

/** The stack configuration as the provider's process gets it. */
let get: (key: string) => string | undefined = () => undefined;

/**
 * Every provider's `configure`, the first of ours that its process runs. It stores what it is given, and begins to watch the engine: operations may arrive before it returns,
 * and in refresh and destroy it gets the configuration of the last update.
 */
export function configure(request: { config: { get(key: string): string | undefined } }): Promise<void> {
  get = (key) => request.config.get(key);
  endWithEngine();
  return Promise.resolve();
}

/** A value of what `configure` was given, by its full key, as text; structured ones as JSON. */
export function configured(key: string): string | undefined {
  return get(key);
}
