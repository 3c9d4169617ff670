/**
 * The one codec for the names of everything that we make on a firewall: what makes them, and what reads them back.
 * No other room has a grammar of them; `eslint.config.mjs` holds it. What descriptions say is in `descriptions.ts`.
 *
 * "Ours" means: carries this stack's tag *and* has a name that this grammar can produce.
 */
export * from "./marks";
export * from "./objects";
export * from "./rules";
