import { createRequire } from "node:module";
import path from "node:path";
import { credentials } from "@grpc/grpc-js";
import { ResourceProviderClient } from "@pulumi/pulumi/proto/provider_grpc_pb";
import type {
  CheckResponse,
  CreateResponse,
  ReadResponse,
  UpdateResponse,
} from "@pulumi/pulumi/proto/provider_pb";
import {
  CheckRequest,
  ConfigureRequest,
  CreateRequest,
  DeleteRequest,
  DiffRequest,
  DiffResponse,
  ReadRequest,
  UpdateRequest,
} from "@pulumi/pulumi/proto/provider_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { EngineError } from "./errors";
import type { LineTaker, NodeProcess, StartNode } from "./processes";
import type { Project } from "./project";
import { failing } from "./provider-failure";
import { call, channelOptions, fromStruct, toStruct } from "./rpc";
import type { ResourceState } from "./state";
import { inputsOf, outputsOf } from "./state";
import { nameOf, typeOf } from "./urn";
import type { PropertyMap } from "./values";
import { annotateSecrets, forProvider } from "./values";

export interface CheckFailure {
  property: string;
  reason: string;
}

export interface ProviderDiff {
  changes: "none" | "some" | "unknown";
  replaces: string[];
  diffs: string[];
  deleteBeforeReplace: boolean;
}

interface HostOptions {
  project: Project;
  engineAddress: string;
  env: NodeJS.ProcessEnv;
  log: LineTaker;
  startNode: StartNode;
}

/**
 * The process that serves a stack's dynamic resources: the SDK's own `cmd/dynamic-provider`. It takes neither
 * secrets nor unknowns, so both are handled here as the CLI does (`pkg/resource/plugin/provider_plugin.go`).
 */
export class ProviderHost {
  private constructor(
    private readonly process: NodeProcess,
    private readonly client: Promise<ResourceProviderClient>,
  ) {
    // That it never came up is said to who calls it, and there need not be anybody.
    client.catch(() => undefined);
  }

  /** Starts the process; it is ready when the first call is answered. */
  static start(options: HostOptions): ProviderHost {
    const { project } = options;
    const script = createRequire(path.join(project.programDirectory, "package.json")).resolve(
      "@pulumi/pulumi/cmd/dynamic-provider",
    );
    let resolvePort: (port: string) => void = () => undefined;
    const port = new Promise<string>((resolve) => (resolvePort = resolve));
    let started = false;
    // The first line is the port it listens on, everything later is output of the provider's code.
    const node = options.startNode(
      {
        nodeargs: [],
        script,
        args: [options.engineAddress],
        cwd: project.programDirectory,
        env: { ...options.env, PULUMI_NODEJS_PROJECT: project.name, PULUMI_PROJECT: project.name },
      },
      (stream, text) => {
        if (stream === "stderr" || started) options.log(stream, text);
        else {
          started = true;
          resolvePort(text);
        }
      },
    );
    const died = node.exit.then((code): never => {
      throw new EngineError(
        "provider",
        `the dynamic provider's process ended with exit code ${String(code)}`,
      );
    });
    const client = Promise.race([port, died]).then(
      (number) =>
        new ResourceProviderClient(`127.0.0.1:${number}`, credentials.createInsecure(), channelOptions),
    );
    return new ProviderHost(node, client);
  }

  /** Hands over the configuration; later calls wait for it, the caller need not. */
  configured(args: PropertyMap): ProviderHost {
    const client = this.client.then(async (ready) => {
      const request = new ConfigureRequest();
      request.setArgs(toStruct(args));
      request.setAcceptsecrets(true);
      request.setAcceptresources(true);
      request.setSendsOldInputs(true);
      request.setSendsOldInputsToDelete(true);
      await call((done) => ready.configure(request, done));
      return ready;
    });
    return new ProviderHost(this.process, client);
  }

  async check(
    urn: string,
    olds: PropertyMap,
    news: PropertyMap,
  ): Promise<{ inputs: PropertyMap; failures: CheckFailure[] }> {
    const request = new CheckRequest();
    request.setUrn(urn);
    request.setName(nameOf(urn));
    request.setType(typeOf(urn));
    request.setOlds(toStruct(forProvider(olds)));
    request.setNews(toStruct(forProvider(news)));
    const client = await this.client;
    const response = await failing(call<CheckResponse>((done) => client.check(request, done)));
    const inputs = fromStruct(response.getInputs());
    annotateSecrets(inputs, news);
    const failures = response
      .getFailuresList()
      .map((failure) => ({ property: failure.getProperty(), reason: failure.getReason() }));
    return { inputs, failures };
  }

  async diff(
    urn: string,
    old: { id: string; inputs: PropertyMap; outputs: PropertyMap },
    news: PropertyMap,
    ignoreChanges: string[],
  ): Promise<ProviderDiff> {
    const request = new DiffRequest();
    request.setId(old.id);
    request.setUrn(urn);
    request.setName(nameOf(urn));
    request.setType(typeOf(urn));
    request.setOldInputs(toStruct(forProvider(old.inputs)));
    request.setOlds(toStruct(forProvider(old.outputs)));
    request.setNews(toStruct(forProvider(news)));
    request.setIgnorechangesList(ignoreChanges);
    const client = await this.client;
    const response = await failing(call<DiffResponse>((done) => client.diff(request, done)));
    const { DIFF_NONE, DIFF_SOME } = DiffResponse.DiffChanges;
    const changes = response.getChanges();
    return {
      changes: changes === DIFF_NONE ? "none" : changes === DIFF_SOME ? "some" : "unknown",
      replaces: response.getReplacesList(),
      diffs: response.getDiffsList(),
      deleteBeforeReplace: response.getDeletebeforereplace(),
    };
  }

  /** Throws `InitError` when the resource was made, but not completely. */
  async create(state: ResourceState): Promise<{ id: string; outputs: PropertyMap }> {
    const inputs = inputsOf(state);
    const request = new CreateRequest();
    request.setUrn(state.urn);
    request.setName(nameOf(state.urn));
    request.setType(state.type);
    request.setProperties(toStruct(forProvider(inputs)));
    request.setTimeout(state.customTimeouts?.["create"] ?? 0);
    const client = await this.client;
    const response = await failing(
      call<CreateResponse>((done) => client.create(request, done)),
      inputs,
    );
    const outputs = fromStruct(response.getProperties());
    annotateSecrets(outputs, inputs);
    if (response.getId() === "") {
      throw new EngineError("provider", `plugin returned empty resource.ID from create '${state.urn}'`);
    }
    return { id: response.getId(), outputs };
  }

  /** Throws `InitError` when the resource was changed, but not completely. */
  async update(old: ResourceState, next: ResourceState, ignoreChanges: string[]): Promise<PropertyMap> {
    const inputs = inputsOf(next);
    const request = new UpdateRequest();
    request.setId(old.id ?? "");
    request.setUrn(next.urn);
    request.setName(nameOf(next.urn));
    request.setType(next.type);
    request.setOldInputs(toStruct(forProvider(inputsOf(old))));
    request.setOlds(toStruct(forProvider(outputsOf(old))));
    request.setNews(toStruct(forProvider(inputs)));
    request.setTimeout(next.customTimeouts?.["update"] ?? 0);
    request.setIgnorechangesList(ignoreChanges);
    const client = await this.client;
    const response = await failing(
      call<UpdateResponse>((done) => client.update(request, done)),
      inputs,
    );
    const outputs = fromStruct(response.getProperties());
    annotateSecrets(outputs, inputs);
    return outputs;
  }

  /** An empty id says that the resource is gone. */
  async read(
    state: ResourceState,
  ): Promise<{ id: string; outputs: PropertyMap; inputs: PropertyMap | undefined }> {
    const request = new ReadRequest();
    request.setId(state.id ?? "");
    request.setUrn(state.urn);
    request.setName(nameOf(state.urn));
    request.setType(state.type);
    request.setProperties(toStruct(forProvider(outputsOf(state))));
    request.setInputs(toStruct(forProvider(inputsOf(state))));
    const client = await this.client;
    const response = await failing(
      call<ReadResponse>((done) => client.read(request, done)),
      outputsOf(state),
    );
    const outputs = fromStruct(response.getProperties());
    annotateSecrets(outputs, outputsOf(state));
    const inputs = response.hasInputs() ? fromStruct(response.getInputs()) : undefined;
    if (inputs) annotateSecrets(inputs, inputsOf(state));
    return { id: response.getId(), outputs, inputs };
  }

  async delete(state: ResourceState): Promise<void> {
    const request = new DeleteRequest();
    request.setId(state.id ?? "");
    request.setUrn(state.urn);
    request.setName(nameOf(state.urn));
    request.setType(state.type);
    request.setProperties(toStruct(forProvider(outputsOf(state))));
    request.setOldInputs(toStruct(forProvider(inputsOf(state))));
    request.setTimeout(state.customTimeouts?.["delete"] ?? 0);
    const client = await this.client;
    await failing(call<Empty>((done) => client.delete(request, done)));
  }

  /** Tells the provider that the user wants to stop; calls under way go on. */
  async cancel(): Promise<void> {
    const client = await this.client;
    await call((done) => client.cancel(new Empty(), done)).catch(() => undefined);
  }

  /** @param well whether it has done all that it was asked for */
  async close(well: boolean): Promise<void> {
    await (well ? this.process.end() : this.process.stop());
    await this.client.then(
      (client) => {
        client.close();
      },
      () => undefined,
    );
  }
}
