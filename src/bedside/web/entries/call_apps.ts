/**
 * The apps of the call window, by the names of bedside/calls/apps; a call loads them once it has
 * begun.
 */
import type { AppModules } from "../apps/call_app";

export const APPS: AppModules = {
  file_transfer: async () => (await import("../file_transfer/app")).app(),
  chat: async () => (await import("../chat/app")).app(),
  whiteboard: async () => (await import("../whiteboard/app")).app(),
  photo_capture: async () => (await import("../file_transfer/photo_app")).app(),
  notes: async () => (await import("../notes/app")).app(),
};
