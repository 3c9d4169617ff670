/** What the table of settings says of each: see `panos.ts` and `project.ts`. */

/** A JSON schema (draft 7), as far as settings need one. */
export interface Schema {
  readonly description?: string;
  readonly type?: string | readonly string[];
  readonly pattern?: string;
  readonly enum?: readonly unknown[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly maxLength?: number;
  readonly minItems?: number;
  readonly minProperties?: number;
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly propertyNames?: Schema;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | Schema;
  readonly anyOf?: readonly Schema[];
}

interface Any {
  /** What it is, for the page of settings: Markdown, on one line. */
  readonly text: string;
  /** What would be right, for whoever has it wrong: as text, structured ones as JSON. */
  readonly example: string;
  /** The environment variable that wins over it. */
  readonly variable?: string;
  /** It may be in a stack file only encrypted. */
  readonly secret?: true;
  /** Each of several firewalls may have its own; all settings of `panos:` are so. */
  readonly ofEach?: true;
  /** What goes where it is not set, for people, where it is no value. */
  readonly otherwise?: string;
}

export interface TextSetting extends Any {
  readonly type: "text";
  readonly pattern: RegExp;
  readonly default?: string;
  readonly required?: true;
}

interface BooleanSetting extends Any {
  readonly type: "boolean";
  readonly default: boolean;
}

interface NumberSetting extends Any {
  readonly type: "number";
  readonly least: number;
  readonly default?: number;
}

/** One of several; the first is the default. */
interface ChoiceSetting extends Any {
  readonly type: "choice";
  readonly choices: readonly [string, ...string[]];
}

interface StructuredSetting extends Any {
  readonly type: "structured";
  readonly schema: Schema;
  readonly default?: string;
}

export type Setting = TextSetting | BooleanSetting | NumberSetting | ChoiceSetting | StructuredSetting;
