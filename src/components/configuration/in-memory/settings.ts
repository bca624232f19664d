import { settings } from '../../index.ts'

export const inMemoryConfigurationSettings = {
  items: settings.text(
    'The items as an object: `{"limit": "10"}`, or `{"limit": {"value": "10", "version": "2", "metadata": {}}}`.',
    '{}',
  ),
} as const
