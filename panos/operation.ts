/** One operation of a multi-config request. */
export interface Operation {
  action: "set" | "edit" | "delete" | "move";
  xpath: string;
  /** The element's XML, for set and edit. */
  element?: string;
  where?: "before" | "after" | "top" | "bottom";
  dst?: string;
}

/** A document of them; each has its index as id. */
export function multiConfigXml(operations: readonly Operation[]): string {
  return `<multi-config>${operations.map(operationXml).join("")}</multi-config>`;
}

function operationXml({ action, xpath, element, where, dst }: Operation, index: number): string {
  const attributes = { id: String(index), xpath, where, dst };
  const text = Object.entries(attributes)
    .filter((pair): pair is [string, string] => pair[1] !== undefined)
    .map(
      ([name, value]) =>
        ` ${name}="${value.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/"/g, "&quot;")}"`,
    )
    .join("");
  return `<${action}${text}>${element ?? ""}</${action}>`;
}
