/** The stack configuration as the provider's process gets it. */
let get: (key: string) => string | undefined = () => undefined;

/**
 * Every provider's `configure`. It only stores what it is given: operations may arrive before it returns,
 * and in refresh and destroy it gets the configuration of the last update.
 */
export function configure(request: { config: { get(key: string): string | undefined } }): Promise<void> {
  get = (key) => request.config.get(key);
  return Promise.resolve();
}

/** A value of what `configure` was given, by its full key, as text; structured ones as JSON. */
export function configured(key: string): string | undefined {
  return get(key);
}
