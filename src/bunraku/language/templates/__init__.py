"""EPP templates; ERB goes through the Ruby worker."""
