import type { Input, Output } from "@pulumi/pulumi";
import { jsonStringify } from "@pulumi/pulumi/output";

type Values = Input<string> | Input<Input<string>[]>;

/** A statement of a policy. Its Sid says what it is for, in letters and digits; what isn't plain is commented. */
export interface Statement {
  Sid: string;
  /** Allow, unless said otherwise. */
  Effect?: "Deny";
  /** In policies of resources: who. */
  Principal?: "*" | { Service: string } | { AWS: Input<string>[] };
  Action: string[];
  Resource?: Values;
  Condition?: Record<string, Record<string, Values>>;
}

/** A policy as IAM and the services take it. */
export function policy(statements: Statement[]): Output<string> {
  return jsonStringify({
    Version: "2012-10-17",
    Statement: statements.map((statement) => ({ Effect: "Allow", ...statement })),
  });
}

/** Refuses whoever speaks to a resource without TLS, whatever else allows it. */
export function tlsOnly(Action: string[], Resource: Values): Statement {
  return {
    Sid: "RefuseWithoutTls",
    Effect: "Deny",
    Principal: "*",
    Action,
    Resource,
    Condition: { Bool: { "aws:SecureTransport": "false" } },
  };
}

/**
 * Lets a service of AWS take on a role, for this account only: without the condition, the service could be
 * made to do it by another account's resources (IAM documentation: "The confused deputy problem").
 */
export function trustOf(service: string, account: string, source?: string): Output<string> {
  return policy([
    {
      Sid: "TakenOnByTheService",
      Principal: { Service: service },
      Action: ["sts:AssumeRole"],
      Condition: {
        StringEquals: { "aws:SourceAccount": account },
        ...(source !== undefined && { ArnEquals: { "aws:SourceArn": source } }),
      },
    },
  ]);
}
