/** What the bridges count, by link, for Prometheus. */
import { Counter, Histogram, type Registry } from "prom-client"
import type { LinkName, LinkQuality } from "../../protocol/link-message.ts"
import type { LinkMeter } from "../bridges/bridge.ts"

/** Edges of the histograms: from a neighbour to hardly heard, in the unit of each measure. */
const qualities: Record<keyof LinkQuality, { name: string; help: string; buckets: number[] }> = {
  rssi: {
    name: "rssi_dbm",
    help: "Received signal strength of uplink frames",
    buckets: [-130, -120, -110, -100, -90, -80, -70, -60, -50, -40],
  },
  lqi: {
    name: "lqi",
    help: "Link quality indicator of uplink frames, 0 to 255",
    buckets: [32, 64, 96, 128, 160, 192, 224, 255],
  },
  snr: {
    name: "snr_db",
    help: "Signal to noise ratio of uplink frames",
    buckets: [-20, -15, -10, -5, 0, 5, 10],
  },
}

/** `dropped`: also told of each drop, whatever the link. */
export function linkMetrics(registry: Registry, dropped: (code: string) => void): (link: LinkName) => LinkMeter {
  const registers = [registry]
  const counter = (name: string, help: string, ...labelNames: string[]) =>
    new Counter({ name: `dormouse_link_${name}`, help, labelNames: ["link", ...labelNames], registers })
  const frames = counter("frames_total", "Frames of a link", "direction")
  const bytes = counter("bytes_total", "Bytes of a link's frames", "direction")
  const drops = counter("dropped_total", "Frames of a link without effect, by error", "code")
  const retries = counter("retries_total", "Frames sent again by the gateway")
  const reassemblies = counter("reassemblies_total", "Messages that came in fragments, by how it ended", "outcome")
  const measured = Object.entries(qualities).map(([key, { name, help, buckets }]) => {
    const options = { name: `dormouse_link_${name}`, help, labelNames: ["link"], buckets, registers }
    return [key as keyof LinkQuality, new Histogram(options)] as const
  })
  return (link) => ({
    frame(direction, length) {
      frames.inc({ link, direction })
      bytes.inc({ link, direction }, length)
    },
    dropped(code) {
      drops.inc({ link, code })
      dropped(code)
    },
    retried: () => retries.inc({ link }),
    reassembled: (outcome) => reassemblies.inc({ link, outcome }),
    quality(quality) {
      for (const [key, histogram] of measured) if (quality[key] !== undefined) histogram.observe({ link }, quality[key])
    },
  })
}
