export type {
  HandleMessage,
  IncomingMessage,
  MessageMetadata,
  OutgoingMessage,
  PubSub,
  PubSubFeature,
  SubscribeOptions,
} from './contract.ts'
export { pubsubDrivers } from './registry.ts'
