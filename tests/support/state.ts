import type { Stack } from "../../packages/pulumi/stack";
import type { Deployment } from "../../packages/pulumi/state";

/** Changes a stack's state by hand. */
export async function editState(stack: Stack, edit: (deployment: Deployment) => void): Promise<void> {
  const deployment = await stack.exportState();
  edit(deployment);
  await stack.importState(deployment);
}

/** Gives the security rules in a stack's state other logical names. */
export async function renameRules(stack: Stack, rename: (name: string) => string): Promise<void> {
  await editState(stack, ({ resources = [] }) => {
    for (const resource of resources) {
      if (!resource.type.endsWith(":SecurityRule")) continue;
      const at = resource.urn.lastIndexOf("::") + 2;
      resource.urn = resource.urn.slice(0, at) + rename(resource.urn.slice(at));
    }
  });
}
