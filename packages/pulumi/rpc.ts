import type { ServerUnaryCall, ServiceError, sendUnaryData, Server } from "@grpc/grpc-js";
import { ServerCredentials, status } from "@grpc/grpc-js";
import { Struct } from "google-protobuf/google/protobuf/struct_pb";
import type { JavaScriptValue } from "google-protobuf/google/protobuf/struct_pb";
import { messageOf } from "./errors";
import type { PropertyMap } from "./values";

/** As large as the SDK's own limit (`runtime/settings.ts`): a stack's configuration can pass gRPC's 4 MB. */
export const channelOptions = { "grpc.max_receive_message_length": 400 * 1024 * 1024 };

/** An answer with a gRPC status of its own. */
export class RpcError extends Error {
  constructor(
    readonly code: status,
    message: string,
  ) {
    super(message);
  }
}

/** What calls get that are waiting when the run stops; the SDK ends quietly on it. */
export function shuttingDown(): RpcError {
  return new RpcError(status.UNAVAILABLE, "resource monitor shut down");
}

/** A gRPC method from a function that returns the answer or throws. */
export function unary<Request, Response>(answer: (request: Request) => Response | Promise<Response>) {
  return (call: ServerUnaryCall<Request, Response>, callback: sendUnaryData<Response>): void => {
    void (async () => {
      try {
        callback(null, await answer(call.request));
      } catch (error) {
        const code = error instanceof RpcError ? error.code : status.UNKNOWN;
        callback({ code, details: messageOf(error) });
      }
    })();
  };
}

/** Binds a server to a free port of the loopback interface; the result is its address. */
export function listen(server: Server): Promise<string> {
  return new Promise((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, port) => {
      if (error) reject(error);
      else resolve(`127.0.0.1:${String(port)}`);
    });
  });
}

/** Starts a call of a client's and waits for its answer. */
export function call<Response>(
  start: (done: (error: ServiceError | null, response: Response) => void) => unknown,
): Promise<Response> {
  return new Promise((resolve, reject) => {
    start((error, response) => {
      if (error) reject(error);
      else resolve(response);
    });
  });
}

export function toStruct(properties: PropertyMap): Struct {
  return Struct.fromJavaScript(properties as Record<string, JavaScriptValue>);
}

export function fromStruct(struct: Struct | undefined): PropertyMap {
  return struct ? struct.toJavaScript() : {};
}
