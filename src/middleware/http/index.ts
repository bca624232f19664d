export { hasHeader, namesOf } from './header-names.ts'
export { routeOf, watchFastify } from './route-of.ts'
