import type { ServiceError } from "@grpc/grpc-js";
import { ErrorResourceInitFailed } from "@pulumi/pulumi/proto/provider_pb";
import { Status } from "@pulumi/pulumi/proto/status_pb";
import { EngineError } from "./errors";
import { fromStruct } from "./rpc";
import type { PropertyMap } from "./values";
import { annotateSecrets } from "./values";

/** The resource exists, but is not as it should be: Pulumi's "partial failure". */
export class InitError extends Error {
  constructor(
    readonly reasons: string[],
    readonly id: string,
    readonly outputs: PropertyMap,
  ) {
    const list = reasons.map((reason) => `\t* ${reason}\n`).join("");
    super(
      reasons.length === 0
        ? "resource init failed"
        : `${String(reasons.length)} error${reasons.length === 1 ? "" : "s"} occurred:\n${list}\n`,
    );
  }
}

/** Turns a gRPC error into its message, and a partial failure into `InitError`. */
export async function failing<T>(answer: Promise<T>, secretsOf?: PropertyMap): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    throw failureFrom(error as ServiceError, secretsOf);
  }
}

function failureFrom(error: ServiceError, secretsOf: PropertyMap | undefined): Error {
  const [packed] = error.metadata.get("grpc-status-details-bin");
  if (secretsOf && packed instanceof Buffer) {
    for (const detail of Status.deserializeBinary(packed).getDetailsList()) {
      if (!detail.getTypeUrl().endsWith("pulumirpc.ErrorResourceInitFailed")) continue;
      const failed = ErrorResourceInitFailed.deserializeBinary(detail.getValue_asU8());
      const outputs = fromStruct(failed.getProperties());
      annotateSecrets(outputs, secretsOf);
      return new InitError(failed.getReasonsList(), failed.getId(), outputs);
    }
  }
  return new EngineError("provider", error.details || error.message);
}
