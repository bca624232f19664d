import { formatSearchQuery, type SearchQuery } from '../model/search-query.ts'
import type { DependencyLink, GraphNode, ServiceGraph } from '../model/service-graph.ts'
import { percentOf } from './service-map.tsx'
import { ServiceName } from './service-name.tsx'

/** Beside the map: who uses the chosen service and whom it uses; without a choice, all connections by calls. */
export function ServiceDetails(props: {
  graph: ServiceGraph
  /** What stands for the services that are not drawn: it has no traces of its own. */
  rest: string | undefined
  node: GraphNode | undefined
  time: SearchQuery
}) {
  const { graph, node } = props
  const traces = (service: string, remote = '', tags = ''): string =>
    `./?${formatSearchQuery({ ...props.time, serviceName: service, remoteServiceName: remote, annotationQuery: tags, limit: 20 })}`
  const href = ({ parent, child }: DependencyLink): string | undefined =>
    parent === props.rest || child === props.rest ? undefined : traces(parent, child)
  if (node === undefined)
    return (
      <aside class="panel" aria-label="Connections">
        <h2>Connections</h2>
        <p class="none">Choose a service to see who uses it and whom it uses.</p>
        <table class="links">
          <thead>
            <tr>
              <th>Caller</th>
              <th>Callee</th>
              <th>Calls</th>
              <th>Errors</th>
            </tr>
          </thead>
          <tbody>
            {[...graph.links]
              .sort((a, b) => b.callCount - a.callCount)
              .map((link) => (
                <tr key={`${link.parent} ${link.child}`}>
                  <td title={link.parent}>{link.parent}</td>
                  <td title={link.child}>{link.child}</td>
                  <Counts link={link} />
                </tr>
              ))}
          </tbody>
        </table>
      </aside>
    )
  return (
    <aside class="panel" aria-label="Service details">
      <ServiceName service={node.service} />
      <h2>{node.service}</h2>
      {node.service === props.rest ? (
        <p class="none">
          The services with the fewest calls, put into one so that the map stays one. Search for one
          of them by name to see its traces.
        </p>
      ) : (
        <div class="actions">
          <a class="button primary" href={traces(node.service)}>
            Traces
          </a>
          <a class="button" href={traces(node.service, '', 'error')}>
            Traces with errors
          </a>
        </div>
      )}
      <Links title="Used by" links={node.usedBy} other={(link) => link.parent} href={href} />
      <Links title="Uses" links={node.uses} other={(link) => link.child} href={href} />
    </aside>
  )
}

function Links(props: {
  title: string
  links: readonly DependencyLink[]
  other: (link: DependencyLink) => string
  href: (link: DependencyLink) => string | undefined
}) {
  const total = props.links.reduce((sum, link) => sum + link.callCount, 0)
  return (
    <section>
      <h3>
        {props.title} <small>{total.toLocaleString('en')} calls</small>
      </h3>
      {props.links.length === 0 && <p class="none">No service in this time.</p>}
      <table class="links">
        <tbody>
          {props.links.map((link) => (
            <tr key={props.other(link)}>
              <td>
                <Other service={props.other(link)} href={props.href(link)} />
              </td>
              <Counts link={link} />
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}

function Other({ service, href }: { service: string; href: string | undefined }) {
  if (href === undefined) return <ServiceName service={service} />
  return (
    <a href={href} title="Search their traces">
      <ServiceName service={service} />
    </a>
  )
}

function Counts({ link }: { link: DependencyLink }) {
  const errors = link.errorCount ?? 0
  return (
    <>
      <td class="number">{link.callCount.toLocaleString('en')}</td>
      <td class={errors > 0 ? 'number bad' : 'number'}>
        {errors === 0 ? '0' : `${errors} (${percentOf(errors / link.callCount)})`}
      </td>
    </>
  )
}
