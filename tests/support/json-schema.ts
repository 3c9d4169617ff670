/** Of JSON Schema, what the project's schemas use. */
export interface Schema {
  $ref?: string;
  const?: unknown;
  enum?: unknown[];
  type?: "object" | "array" | "string" | "integer" | "boolean";
  minimum?: number;
  properties?: Record<string, Schema>;
  required?: string[];
  additionalProperties?: Schema | boolean;
  items?: Schema;
  $defs?: Record<string, Schema>;
}

/** Where a value is not as a schema says. */
export function faults(value: unknown, schema: Schema, root: Schema = schema, place = "it"): string[] {
  if (schema.$ref !== undefined) {
    const name = schema.$ref.replace("#/$defs/", "");
    return faults(value, root.$defs![name]!, root, place);
  }
  if ("const" in schema) return value === schema.const ? [] : [`${place} is not ${String(schema.const)}`];
  if (schema.enum)
    return schema.enum.includes(value) ? [] : [`${place} is none of ${schema.enum.join(", ")}`];
  switch (schema.type) {
    case "string":
    case "boolean":
      return typeof value === schema.type ? [] : [`${place} is no ${schema.type}`];
    case "integer":
      return Number.isInteger(value) && Number(value) >= (schema.minimum ?? -Infinity)
        ? []
        : [`${place} is no such integer`];
    case "array":
      if (!Array.isArray(value)) return [`${place} is no array`];
      return value.flatMap((item, at) => faults(item, schema.items!, root, `${place}[${at}]`));
    case "object": {
      if (typeof value !== "object" || value === null || Array.isArray(value))
        return [`${place} is no object`];
      const { properties = {}, required = [], additionalProperties } = schema;
      const missing = required.filter((name) => !(name in value)).map((name) => `${place} has no ${name}`);
      const inner = Object.entries(value).flatMap(([name, each]) => {
        const known = Object.hasOwn(properties, name) ? properties[name] : additionalProperties;
        if (known === undefined || known === false) return [`${place}.${name} is unknown`];
        return known === true ? [] : faults(each, known, root, `${place}.${name}`);
      });
      return [...missing, ...inner];
    }
    case undefined:
    default:
      return [`the schema says nothing of ${place}`];
  }
}
