import { Icon, type IconName } from './icons.tsx'

/** A button that is a picture: `title` for the pointer, with its key; `label` for who hears it. */
export function IconButton(props: {
  icon: IconName
  label: string
  title?: string
  isDisabled?: boolean
  onClick: () => void
}) {
  return (
    <button
      type="button"
      class="quiet"
      title={props.title ?? props.label}
      aria-label={props.label}
      disabled={props.isDisabled === true}
      onClick={props.onClick}
    >
      <Icon name={props.icon} />
    </button>
  )
}
