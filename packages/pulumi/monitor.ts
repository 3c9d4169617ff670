import { Server } from "@grpc/grpc-js";
import { EngineService } from "@pulumi/pulumi/proto/engine_grpc_pb";
import {
  GetRootResourceResponse,
  LogSeverity,
  SetRootResourceResponse,
} from "@pulumi/pulumi/proto/engine_pb";
import type { LogRequest, SetRootResourceRequest } from "@pulumi/pulumi/proto/engine_pb";
import { InvokeResponse } from "@pulumi/pulumi/proto/provider_pb";
import { ResourceMonitorService } from "@pulumi/pulumi/proto/resource_grpc_pb";
import { RegisterResourceResponse, Result, SupportsFeatureResponse } from "@pulumi/pulumi/proto/resource_pb";
import type {
  RegisterResourceOutputsRequest,
  RegisterResourceRequest,
  ResourceInvokeRequest,
  SupportsFeatureRequest,
} from "@pulumi/pulumi/proto/resource_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import type { DefaultProviders } from "./default-providers";
import type { Diagnostics, Severity } from "./events";
import type { Goal, RegisterResult, SourceEvent } from "./goal";
import type { Invokes } from "./invokes";
import { goalFrom } from "./registration";
import { channelOptions, fromStruct, listen, shuttingDown, toStruct, unary } from "./rpc";
import { isProviderType, packageOfToken } from "./urn";
import type { PropertyMap } from "./values";

/** Features of the protocol that the SDK may use; those left out it does without. */
const features = new Set(["secrets", "resourceReferences", "aliasSpecs", "deletedWith"]);

const results = { success: Result.SUCCESS, failed: Result.FAIL, skipped: Result.SKIP };

const severities: Record<LogSeverity, Severity> = {
  [LogSeverity.DEBUG]: "debug",
  [LogSeverity.INFO]: "info",
  [LogSeverity.WARNING]: "warning",
  [LogSeverity.ERROR]: "error",
};

/** The service that program and provider log to. */
export class EngineServer {
  private readonly server = new Server(channelOptions);
  private rootUrn = "";

  constructor(private readonly diagnostics: Diagnostics) {
    this.server.addService(EngineService, {
      log: unary((request: LogRequest) => {
        const severity = severities[request.getSeverity()];
        if (severity !== "debug") {
          this.diagnostics.report(severity, request.getMessage(), request.getUrn(), request.getEphemeral());
        }
        return new Empty();
      }),
      getRootResource: unary(() => {
        const response = new GetRootResourceResponse();
        response.setUrn(this.rootUrn);
        return response;
      }),
      setRootResource: unary((request: SetRootResourceRequest) => {
        this.rootUrn = request.getUrn();
        return new SetRootResourceResponse();
      }),
    });
  }

  listen(): Promise<string> {
    return listen(this.server);
  }

  close(): void {
    this.server.forceShutdown();
  }
}

export interface MonitorOptions {
  projectRoot: string;
  invokes: Invokes;
  providers: DefaultProviders;
  /** Takes what the program sends, in order. */
  send: (event: SourceEvent) => void;
}

/** The service through which the program declares its resources. */
export class Monitor {
  private readonly server = new Server(channelOptions);
  private readonly goals = new Map<string, Goal>();
  /** Rejects when the run stops: what still waits for an answer is turned away. */
  private readonly stopped: Promise<never>;
  private stop: () => void = () => undefined;
  private readonly shutdown: Promise<void>;
  private allowExit: () => void = () => undefined;

  constructor(private readonly options: MonitorOptions) {
    this.stopped = new Promise((_, reject) => {
      this.stop = () => {
        reject(shuttingDown());
      };
    });
    this.stopped.catch(() => undefined);
    this.shutdown = new Promise((resolve) => (this.allowExit = resolve));
    this.server.addService(ResourceMonitorService, {
      supportsFeature: unary((request: SupportsFeatureRequest) => {
        const response = new SupportsFeatureResponse();
        response.setHassupport(features.has(request.getId()));
        return response;
      }),
      registerResource: unary((request: RegisterResourceRequest) => this.register(request)),
      registerResourceOutputs: unary((request: RegisterResourceOutputsRequest) => this.outputs(request)),
      invoke: unary((request: ResourceInvokeRequest) => this.invoke(request)),
      signalAndWaitForShutdown: unary(async () => {
        this.options.send({ kind: "finished" });
        await this.shutdown;
        return new Empty();
      }),
    });
  }

  listen(): Promise<string> {
    return listen(this.server);
  }

  /** Turns away what still waits and lets the program end. */
  cancel(): void {
    this.stop();
    this.allowExit();
  }

  close(): void {
    this.server.forceShutdown();
  }

  private async register(request: RegisterResourceRequest): Promise<RegisterResourceResponse> {
    const goal = goalFrom(request, this.options.projectRoot, this.goals.get(request.getParent()));
    if (goal.custom && !isProviderType(goal.type) && goal.provider === "") {
      const provider = this.options.providers.reference(packageOfToken(goal.type), request.getVersion());
      goal.provider = await Promise.race([provider, this.stopped]);
    }
    const answer = new Promise<RegisterResult>((done) => {
      this.options.send({ kind: "register", registration: { goal, done } });
    });
    const { state, result } = await Promise.race([answer, this.stopped]);
    this.goals.set(state.urn, goal);
    const response = new RegisterResourceResponse();
    response.setUrn(state.urn);
    response.setId(state.id ?? "");
    response.setObject(toStruct(goal.custom ? (state.outputs ?? {}) : {}));
    response.setResult(results[result]);
    return response;
  }

  private async outputs(request: RegisterResourceOutputsRequest): Promise<Empty> {
    const outputs: PropertyMap = fromStruct(request.getOutputs());
    const answer = new Promise<void>((done) => {
      this.options.send({ kind: "outputs", urn: request.getUrn(), outputs, done });
    });
    await Promise.race([answer, this.stopped]);
    return new Empty();
  }

  private async invoke(request: ResourceInvokeRequest): Promise<InvokeResponse> {
    const token = request.getTok();
    const handler = this.options.invokes.handler(token);
    // The CLI loads the package's provider for a data source, and so has it in the state.
    if (request.getProvider() === "") {
      const provider = this.options.providers.reference(packageOfToken(token), request.getVersion());
      await Promise.race([provider, this.stopped]);
    }
    const answer = await Promise.race([handler(fromStruct(request.getArgs())), this.stopped]);
    const response = new InvokeResponse();
    response.setReturn(toStruct(answer));
    return response;
  }
}
