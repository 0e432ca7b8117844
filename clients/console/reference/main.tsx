import { render } from 'preact';
import { apiBaseOf } from '../api.ts';
import { Reference } from './reference.tsx';

const root = document.getElementById('reference');
if (root) {
  root.textContent = '';
  render(<Reference base={apiBaseOf(location)} />, root);
}
