"""The chat: transcript, prompt, copying and export."""
