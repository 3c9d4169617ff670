import { accessSync, constants, existsSync, mkdirSync, readdirSync, rmSync, symlinkSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { leanNodeOptions } from "../../lib/lean-sdk";

/** Where the image has Pulumi's plugins. */
const BAKED_PLUGINS = "/opt/pulumi/plugins";

/**
 * What Pulumi needs in the environment of an automated run. Nothing is downloaded. Where there is no home to
 * write to (in Lambda only /tmp can be written), it gets one, with the image's plugins in it; and a user's name,
 * which it writes into its locks.
 */
export function pulumiEnvironment(
  backend: string,
  environment: NodeJS.ProcessEnv = process.env,
  { plugins, temporary } = { plugins: BAKED_PLUGINS, temporary: tmpdir() },
): Record<string, string> {
  const always = {
    NODE_OPTIONS: leanNodeOptions(environment["NODE_OPTIONS"]),
    PULUMI_BACKEND_URL: backend,
    PULUMI_SKIP_CHECKPOINTS: "true",
    PULUMI_SKIP_UPDATE_CHECK: "true",
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
    PULUMI_AUTOMATION_API_SKIP_VERSION_CHECK: "true",
  };
  if (isWritable(environment["PULUMI_HOME"] ?? homedir())) return always;
  const home = join(temporary, "aws-panos-home");
  const pulumiHome = join(home, ".pulumi");
  linkPlugins(plugins, join(pulumiHome, "plugins"));
  return { ...always, HOME: home, PULUMI_HOME: pulumiHome, USER: environment["USER"] || "aws-panos" };
}

/** Each for itself, because Pulumi writes beside them. */
function linkPlugins(from: string, to: string): void {
  mkdirSync(to, { recursive: true });
  for (const plugin of existsSync(from) ? readdirSync(from) : []) {
    rmSync(join(to, plugin), { recursive: true, force: true });
    symlinkSync(join(from, plugin), join(to, plugin));
  }
}

function isWritable(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
