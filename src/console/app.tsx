import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { Header } from './parts/header.tsx'
import { Help } from './parts/help.tsx'
import { Notice } from './parts/notice.tsx'
import { type Key, useKeys } from './parts/use-keys.ts'
import { route } from './router.ts'
import { settings } from './settings.ts'
import { BoardsView } from './views/boards-view.tsx'
import { ConfigurationView } from './views/configuration-view.tsx'
import { DoctorView } from './views/doctor-view.tsx'
import { FileView } from './views/file-view.tsx'
import { MapView } from './views/map-view.tsx'
import { SearchView } from './views/search-view.tsx'
import { TraceView } from './views/trace-view.tsx'
import { WhatIfView } from './views/what-if-view.tsx'

export function App() {
  const isHelpOpen = useSignal(false)
  const keys: Record<string, Key> = {
    '?': () => {
      isHelpOpen.value = true
    },
    g: () => document.getElementById('jump')?.focus(),
  }
  useKeys(keys)
  return (
    <>
      <Header onHelp={() => (isHelpOpen.value = true)} />
      <main>
        <View />
      </main>
      {isHelpOpen.value && <Help onClose={() => (isHelpOpen.value = false)} />}
    </>
  )
}

function View() {
  const at = route.value
  const config = settings.value
  useEffect(() => {
    // A trace names its page itself, once it is there.
    if (at.view !== 'trace' && at.view !== 'file') document.title = titleOf(at.view)
  }, [at.view])
  // The defaults of a search come from the backend; asking before they are known would ask twice.
  if (config === undefined) return <div class="loading" aria-busy="true" />
  switch (at.view) {
    case 'search':
      return <SearchView settings={config} />
    case 'trace':
      return <TraceView key={at.traceId} traceId={at.traceId} />
    case 'file':
      return <FileView />
    case 'map':
      return <MapView settings={config} />
    case 'configuration':
      return <ConfigurationView settings={config} />
    case 'doctor':
      return <DoctorView settings={config} />
    case 'whatIf':
      return <WhatIfView settings={config} />
    case 'boards':
      return <BoardsView settings={config} />
    case 'unknown':
      return (
        <Notice title="There is no page here">
          <p>
            The console has no page called <code>{at.path}</code>. The <a href="./">search</a> and
            the <a href="dependency">service map</a> are the places to start.
          </p>
        </Notice>
      )
  }
}

const TITLES: Readonly<Record<string, string>> = {
  map: 'Service map · Sidelight',
  configuration: 'Configuration · Sidelight',
  doctor: 'Doctor · Sidelight',
  whatIf: 'What if · Sidelight',
  boards: 'Boards · Sidelight',
}

const titleOf = (view: string): string => TITLES[view] ?? 'Sidelight'
