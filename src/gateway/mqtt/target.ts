import { GatewayError } from "../errors.ts"

/** Where readings are published. */
export interface MqttTarget {
  /** with name and password, where the broker wants them */
  url: string
  /** what logs may show */
  broker: string
  /** readings go to TOPIC/ADDRESS/readings */
  topic: string
}

const SCHEMES = ["mqtt:", "mqtts:", "ws:", "wss:"]
export const DEFAULT_TOPIC = "dormouse"

/** Throws `E_MQTT`. */
export function mqttTarget(url: string, topic = DEFAULT_TOPIC): MqttTarget {
  // The URL may hold a password, so it is not shown.
  if (!URL.canParse(url) || !SCHEMES.includes(new URL(url).protocol) || !new URL(url).hostname)
    throw new GatewayError("E_MQTT", "The broker's URL: mqtt://HOST:PORT, mqtts://, ws:// or wss:// expected.")
  if (!/^[^+#$\0/][^+#\0]{0,200}$/.test(topic) || topic.endsWith("/"))
    throw new GatewayError("E_MQTT", `"${topic.slice(0, 50)}" is no prefix for topics: no + # and no / at its ends.`)
  return { url, broker: new URL(url).host, topic }
}
