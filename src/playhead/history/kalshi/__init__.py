"""The exchange's wire protocol: messages, signing, REST and WebSocket clients."""
