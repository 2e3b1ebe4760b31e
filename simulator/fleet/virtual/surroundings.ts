/** What is around each device of a scenario: its weather, its clock, its air. */
import { createOscillator } from "../../energy/oscillator.ts"
import { oscillators } from "../../energy/oscillators.ts"
import {
  constantTemperature,
  indoorTemperature,
  outdoorTemperature,
  type Temperature,
} from "../../energy/temperature.ts"
import { Impairment } from "../../radio/impairment.ts"
import { media } from "../../radio/profiles.ts"
import { radioMedium } from "../../radio/radio-medium.ts"
import type { Group, Scenario } from "../../scenarios/scenario.ts"
import type { FrameEvent, GatewayEnd, Medium } from "../medium.ts"
import type { Oscillator, Scheduler } from "../scheduler.ts"
import { isSlotted, type Member, placeOf } from "./members.ts"

export function temperatureOf({ start, seed }: Scenario): (member: Member) => Temperature {
  return (member) => {
    const { surroundings } = member.group
    if (typeof surroundings === "number") return constantTemperature(surroundings)
    const where = { seed: String(seed), device: placeOf(member), start }
    return surroundings === "outdoor" ? outdoorTemperature(where) : indoorTemperature(where)
  }
}

/** Power-on at scheduler's µs `powerOn`. */
export function oscillatorOf(
  { seed }: Scenario,
  temperature: Temperature,
  member: Member,
  powerOn: number,
): Oscillator {
  const profile = oscillators[member.group.oscillator]
  return createOscillator({ profile, temperature, seed: String(seed), device: placeOf(member), powerOn })
}

export interface MediaPorts {
  scheduler: Scheduler
  gateway: GatewayEnd
  observe(frame: FrameEvent): void
  outage(device: number, now: number): boolean
  /** when the gateway calls a device that begins to listen at `now`; `undefined`: not at all */
  callAt(device: number, now: number): number | undefined
}

/**
 * The medium of each member. Who is on the same radio of the gateway shares its air; twins have the same air without each other and
 * without the fleet, so that the comparison disturbs nobody.
 */
export function mediaOf(scenario: Scenario, members: readonly Member[], ports: MediaPorts): (index: number) => Medium {
  const opened = new Map<string, Medium>()
  return (index) => {
    const member = members[index]!
    const { group, record, twinOf } = member
    const radio = placeOf(member) % group.radios
    const key = `${record}/${radio}`
    let medium = opened.get(key)
    if (!medium) {
      // In the air of twins a device goes by its sibling's number; outside, by its own.
      const offset = twinOf === undefined ? 0 : index - twinOf
      opened.set(key, (medium = mediumOf(scenario, group, radio, shifted(ports, offset))))
    }
    const air = medium
    if (twinOf === undefined) return air
    return { open: (_, receive) => air.open(twinOf, receive), close: () => air.close() }
  }
}

function shifted({ scheduler, gateway, observe, outage, callAt }: MediaPorts, offset: number): MediaPorts {
  if (offset === 0) return { scheduler, gateway, observe, outage, callAt }
  return {
    scheduler,
    gateway: { datagram: (device, bytes, answer) => gateway.datagram(device + offset, bytes, answer) },
    observe: (frame) => observe({ ...frame, device: frame.device + offset }),
    outage: (device, now) => outage(device + offset, now),
    callAt: (device, now) => callAt(device + offset, now),
  }
}

function mediumOf(scenario: Scenario, group: Group, radio: number, ports: MediaPorts): Medium {
  const { scheduler, gateway, observe, outage, callAt } = ports
  const { loss, latency, name } = group
  const seed = `${scenario.seed}/${name}${radio === 0 ? "" : `/${radio}`}`
  const impaired = loss > 0 || latency > 0
  return radioMedium(media[group.medium], {
    ...{ scheduler, gateway, observe, outage, seed },
    ...(isSlotted(group) && { callAt }),
    ...(impaired && { impairment: new Impairment({ loss, latency, seed }) }),
  })
}
