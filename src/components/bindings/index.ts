export type {
  Binding,
  BindingFeature,
  BindingRequest,
  BindingResponse,
  HandleEvent,
} from './contract.ts'
export { bindingDrivers } from './registry.ts'
