import type { Stack } from "../../packages/pulumi/stack";

/** Gives the security rules in a stack's state other logical names. */
export async function renameRules(stack: Stack, rename: (name: string) => string): Promise<void> {
  const deployment = await stack.exportState();
  for (const resource of deployment.resources ?? []) {
    if (!resource.type.endsWith(":SecurityRule")) continue;
    const at = resource.urn.lastIndexOf("::") + 2;
    resource.urn = resource.urn.slice(0, at) + rename(resource.urn.slice(at));
  }
  await stack.importState(deployment);
}
