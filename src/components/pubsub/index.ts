export type {
  HandleMessage,
  IncomingMessage,
  MessageMetadata,
  OutgoingMessage,
  PubSub,
  PubSubFeature,
} from './contract.ts'
export { pubsubDrivers } from './registry.ts'
