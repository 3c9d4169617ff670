import path from "node:path";
import { getAuthorizationTokenOutput, LifecyclePolicy, Repository, RepositoryPolicy } from "@pulumi/aws/ecr";
import { Image } from "@pulumi/docker-build";
import { interpolate, output, secret, type Output } from "@pulumi/pulumi";
import { arn, bareStack, type Context } from "./context";
import { imageTag } from "./image-contents";
import { policy } from "./policy";

const ROOT = path.join(__dirname, "../..");

/** The image of the function and of the build: one for both. */
export interface TriggerImage {
  uri: Output<string>;
  /** The repository's ARN, from which a build has to pull. */
  repositoryArn: Output<string>;
}

/** The image that was given, or one that is built from this checkout and pushed to a repository of its own. */
export function image(context: Context): TriggerImage {
  const { settings, partition } = context;
  if (settings.imageUri !== undefined) {
    const [, account, region, name] =
      /^(\d+)\.dkr\.ecr\.([\w-]+)\.[^/]+\/([^:@]+)/.exec(settings.imageUri) ?? [];
    return {
      uri: output(settings.imageUri),
      repositoryArn: output(`arn:${partition}:ecr:${region}:${account}:repository/${name}`),
    };
  }
  const repository = imageRepository(context);
  const stackFile = `Pulumi.${bareStack(settings)}.yaml`;
  const { caFile } = settings.main;
  const guardPolicy = settings.main.guard?.policy ?? settings.guard?.file;
  const target = settings.runner === "codebuild" ? "build" : "function";
  const buildArgs = {
    STACK: bareStack(settings),
    // `auto` takes the data sources where the fleet is small, and these are the AWS plugin's.
    INVENTORY: settings.main.inventory === "ec2" ? "ec2" : "lookups",
    ...(settings.awsPluginSha256 !== undefined && { AWS_PLUGIN_SHA256: settings.awsPluginSha256 }),
    ...(caFile !== undefined && { CA_FILE: caFile }),
    ...(guardPolicy !== undefined && { GUARD_POLICY: guardPolicy }),
  };
  const architecture = settings.architecture;
  const tag = imageTag(ROOT, [stackFile, ...[caFile, guardPolicy].filter((file) => file !== undefined)], {
    ...buildArgs,
    target,
    architecture,
  });
  const login = getAuthorizationTokenOutput({ registryId: repository.registryId });
  const built = new Image("image", {
    context: { location: ROOT },
    dockerfile: { location: path.join(ROOT, "trigger/Dockerfile") },
    target,
    buildArgs,
    platforms: [architecture === "arm64" ? "linux/arm64" : "linux/amd64"],
    tags: [interpolate`${repository.repositoryUrl}:${tag}`],
    push: true,
    // Minutes of building for a look at what would change.
    buildOnPreview: false,
    registries: [
      { address: repository.repositoryUrl, username: login.userName, password: secret(login.password) },
    ],
  });
  return { uri: built.ref, repositoryArn: repository.arn };
}

function imageRepository(context: Context): Repository {
  const { name, account } = context;
  const repository = new Repository("images", {
    name,
    imageTagMutability: "IMMUTABLE",
    imageScanningConfiguration: { scanOnPush: true },
    // Only images, all of which can be built again.
    forceDelete: true,
  });
  new LifecyclePolicy("images", {
    repository: repository.name,
    policy: JSON.stringify({
      rules: [
        {
          rulePriority: 1,
          description: "The last ten, to go back to",
          selection: { tagStatus: "any", countType: "imageCountMoreThan", countNumber: 10 },
          action: { type: "expire" },
        },
      ],
    }),
  });
  new RepositoryPolicy("images", {
    repository: repository.name,
    policy: policy([
      {
        // Lambda pulls again by itself when it needs the image optimized anew.
        Sid: "LambdaPulls",
        Principal: { Service: "lambda.amazonaws.com" },
        Action: ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
        Condition: {
          StringEquals: { "aws:SourceAccount": account },
          ArnLike: { "aws:SourceArn": arn(context, "lambda", `function:${name}`) },
        },
      },
    ]),
  });
  return repository;
}
