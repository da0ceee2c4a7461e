import type { DescMessage, DescMethod, DescService, FileRegistry, Registry } from "@bufbuild/protobuf";
import { nearest, ProgramError } from "@hey/runtime";

/** The four kinds of call. */
export type MethodKind = "unary" | "server_streaming" | "client_streaming" | "bidi_streaming";

/** A method that can be called. */
export interface Method {
  /** `package.Service/Method`. */
  readonly name: string;
  /** As it goes over the wire. */
  readonly path: string;
  readonly kind: MethodKind;
  readonly input: DescMessage;
  readonly output: DescMessage;
  /** For what refers to types by name: Any, extensions. */
  readonly registry: Registry;
}

/** A method's name taken apart. */
export interface MethodName {
  readonly service: string;
  readonly method: string;
}

/** Reads `package.Service/Method`, `package.Service.Method` or `/package.Service/Method`; undefined for anything else. */
export function parseMethodName(text: string): MethodName | undefined {
  const [, service, method] = /^\/?([\w.]+)[/.](\w+)$/.exec(text) ?? [];
  return service === undefined || method === undefined ? undefined : { service, method };
}

/** Finds a method. Throws a ProgramError of exit code 3 that shows the nearest names, or all of them. */
export function findMethod(registry: FileRegistry, { service: serviceName, method: name }: MethodName): Method {
  const service = registry.getService(serviceName);
  if (service === undefined) throw unknownService(serviceName, servicesOf(registry), name);
  const method = service.methods.find((each) => each.name === name);
  if (method === undefined) {
    const names = service.methods.map((each) => each.name);
    throw new ProgramError(`${serviceName} has no method ${name}; ${proposal(name, names)}`, { exitCode: 3 });
  }
  return toMethod(method, registry);
}

/** A method of a registry. */
function toMethod(method: DescMethod, registry: Registry): Method {
  return {
    name: `${method.parent.typeName}/${method.name}`,
    path: `/${method.parent.typeName}/${method.name}`,
    kind: method.methodKind,
    input: method.input,
    output: method.output,
    registry,
  };
}

/** The services of a registry by name. */
export function servicesOf(registry: FileRegistry): readonly DescService[] {
  const services: DescService[] = [];
  for (const type of registry) if (type.kind === "service") services.push(type);
  return services.sort((a, b) => (a.typeName < b.typeName ? -1 : 1));
}

/** Nothing of this name, and what there is; `method` is what was asked of it. */
export function unknownService(
  name: string,
  known: readonly { readonly typeName: string }[],
  method = "",
): ProgramError {
  const names = known.map(({ typeName }) => typeName);
  const whole = `${name}.${method}`;
  if (names.includes(whole)) {
    const problem = `${whole} is a service; expected a method of it, ${whole}/Method (hey-loadgen describe tells them)`;
    return new ProgramError(problem, { exitCode: 3 });
  }
  return new ProgramError(`there is no service ${name}; ${proposal(name, names)}`, { exitCode: 3 });
}

function proposal(name: string, names: readonly string[]): string {
  const near = nearest(name, names);
  const all = names.length === 0 ? "there is none" : `there ${names.length === 1 ? "is" : "are"} ${names.join(", ")}`;
  return near === undefined ? all : `did you mean ${near}? (${all})`;
}
