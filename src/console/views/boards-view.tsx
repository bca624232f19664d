import { useSignal } from '@preact/signals'
import type { Board } from '../../dashboards/index.ts'
import { getApps, getBoards } from '../board-api.ts'
import { nowMs } from '../clock.ts'
import { DEFAULT_LENGTH, LENGTHS_MS, windowOf } from '../model/series.ts'
import { BoardPanel } from '../parts/board-panel.tsx'
import { IconButton } from '../parts/icon-button.tsx'
import { OwnBackendOnly } from '../parts/own-backend-only.tsx'
import { RemotePage } from '../parts/remote-page.tsx'
import { useKeys } from '../parts/use-keys.ts'
import { navigate, params } from '../router.ts'
import type { Settings } from '../settings.ts'
import { useInterval } from '../use-interval.ts'
import { useRemote } from '../use-remote.ts'

const REFRESH_MS = 15_000

export const BoardsView = ({ settings }: { settings: Settings }) =>
  settings.knowsSidecars ? <Boards /> : <OwnBackendOnly page="Boards" />

function Boards() {
  const remote = useRemote('boards', getBoards)
  return <RemotePage remote={remote}>{(boards) => <OneBoard boards={boards} />}</RemotePage>
}

/** Which board, of which app, how long: all of it in the URL. */
function OneBoard({ boards }: { boards: readonly Board[] }) {
  const now = useSignal(nowMs())
  const reload = (): void => {
    now.value = nowMs()
  }
  useInterval(REFRESH_MS, reload)
  useKeys({ r: reload })
  const apps = useRemote(String(now.value), getApps)
  const query = params.value
  const wanted = query.get('board') ?? boards[0]?.uid
  const board = boards.find(({ uid }) => uid === wanted) ?? boards[0]
  const app = query.get('app') ?? ''
  const length = query.get('last') ?? DEFAULT_LENGTH
  const lengthMs = LENGTHS_MS[length] ?? LENGTHS_MS[DEFAULT_LENGTH] ?? 0
  const href = (change: Readonly<Record<string, string>>): string => {
    const next = new URLSearchParams({ board: board?.uid ?? '', app, last: length, ...change })
    for (const [name, value] of [...next]) if (value === '') next.delete(name)
    return `boards?${next}`
  }
  if (board === undefined) return null
  const window = windowOf(lengthMs, now.value)
  const known = apps.value ?? []
  return (
    <div class="page boards">
      <div class="page-bar">
        <h1>{nameOf(board)}</h1>
        <p class="count none">{board.question}</p>
        <select
          aria-label="App"
          value={app}
          onChange={(event) => navigate(href({ app: event.currentTarget.value }))}
        >
          <option value="">All apps</option>
          {[...new Set([...known, ...(app === '' ? [] : [app])])].map((each) => (
            <option key={each} value={each}>
              {each}
            </option>
          ))}
        </select>
        <select
          aria-label="Length"
          value={length}
          onChange={(event) => navigate(href({ last: event.currentTarget.value }))}
        >
          {Object.keys(LENGTHS_MS).map((each) => (
            <option key={each} value={each}>
              Last {each}
            </option>
          ))}
        </select>
        <IconButton icon="retry" title="Load again (r)" label="Load again" onClick={reload} />
      </div>
      <nav class="board-tabs" aria-label="Boards">
        {boards.map((each) => (
          <a
            key={each.uid}
            href={href({ board: each.uid })}
            aria-current={each.uid === board.uid ? 'page' : undefined}
          >
            {nameOf(each)}
          </a>
        ))}
      </nav>
      {!boards.some(({ uid }) => uid === wanted) && (
        <p class="page-section none">There is no board {wanted}; this is the first one.</p>
      )}
      {apps.value?.length === 0 && <NothingScraped />}
      {board.rows.map(({ title, panels }) => (
        <section key={`${board.uid} ${title}`} class="board-row">
          <h2>{title}</h2>
          <div class="board-grid">
            {panels.map((panel) => (
              <BoardPanel
                key={panel.id}
                panel={panel}
                app={app}
                window={window}
                onApp={(chosen) => navigate(href({ board: 'sidelight-service', app: chosen }))}
              />
            ))}
          </div>
        </section>
      ))}
    </div>
  )
}

const NothingScraped = () => (
  <p class="page-section none">
    No sidecar has been scraped yet. The backend scrapes every sidecar of its machine each 15
    seconds; one that was just started shows after its second scrape.
  </p>
)

/** Without the product's name, which stands above. */
const nameOf = ({ title }: Board): string => title.replace(/^\w+ \/ /, '')
