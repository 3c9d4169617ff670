/** Hears what a person should know of how an inventory was read: Pulumi's `log`, for one. */
export interface Tell {
  info: (text: string) => unknown;
  warn: (text: string) => unknown;
}

export const silent: Tell = { info: () => undefined, warn: () => undefined };
