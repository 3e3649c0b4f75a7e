import type { Fleet } from "../../fleet/fleet.js";
import type { Artifact } from "../target.js";
import { balancerService } from "./balancers.js";
import { composeText, type Section } from "./document.js";
import { membersOf } from "./members.js";
import type { ComposeOptions } from "./options.js";
import { publish } from "./ports.js";
import { serverService, volumesOf } from "./servers.js";

/** `compose/docker-compose.yaml`: every server of the fleet, and the balancers that are written for it. */
export function render(fleet: Fleet, options: ComposeOptions): Artifact[] {
  const { servers, balancers, elsewhere } = membersOf(fleet, options);
  const sections: Section[] = servers.map((member) => ({
    name: member.service,
    part: member.server,
    title: `${member.pool.kind} ${member.pool.name}`,
    notes: [],
    service: serverService(fleet, options, member),
  }));
  const given: string[] = [];
  for (const balancer of balancers) {
    const { ports, notes } = options.expose ? publish(balancer, given) : { ports: [], notes: [] };
    given.push(...ports);
    const service = balancerService(fleet, options, balancer, servers, ports);
    sections.push({ name: balancer.name, part: balancer.request, title: "balancers", notes, service });
  }
  if (sections.length === 0) return [];
  const volumes = sections.flatMap(({ service }) => volumesOf(service));
  const away = elsewhere.map(({ pool, server }) => `${pool.name}/${server.name} (${server.host})`);
  return [{ path: "compose/docker-compose.yaml", ...composeText(fleet, sections, volumes, away) }];
}
