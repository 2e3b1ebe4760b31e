import { Registry } from "prom-client"
import { expect, it } from "vitest"
import { linkMetrics } from "../link-metrics.ts"

it("counts each link by itself, and a drop for all of them too", async () => {
  const registry = new Registry()
  const drops: string[] = []
  const meterOf = linkMetrics(registry, (code) => drops.push(code))
  meterOf("wifi").frame("up", 70)
  const serial = meterOf("serial")
  serial.frame("up", 30)
  serial.frame("up", 12)
  serial.frame("down", 9)
  serial.dropped("E_SERIAL_CHECK")
  serial.retried()
  serial.reassembled("expired")
  serial.quality({ lqi: 200, rssi: -71 })
  const lines = (await registry.metrics()).split("\n")
  for (const line of [
    'dormouse_link_frames_total{link="wifi",direction="up"} 1',
    'dormouse_link_frames_total{link="serial",direction="up"} 2',
    'dormouse_link_bytes_total{link="serial",direction="up"} 42',
    'dormouse_link_bytes_total{link="serial",direction="down"} 9',
    'dormouse_link_dropped_total{link="serial",code="E_SERIAL_CHECK"} 1',
    'dormouse_link_retries_total{link="serial"} 1',
    'dormouse_link_reassemblies_total{link="serial",outcome="expired"} 1',
    'dormouse_link_rssi_dbm_bucket{le="-80",link="serial"} 0',
    'dormouse_link_rssi_dbm_bucket{le="-70",link="serial"} 1',
    'dormouse_link_lqi_sum{link="serial"} 200',
  ])
    expect(lines).toContain(line)
  expect(lines.some((line) => line.startsWith("dormouse_link_snr_db_count"))).toBe(false)
  expect(drops).toEqual(["E_SERIAL_CHECK"])
})
