"""``python -m mdm_sync`` is the command ``mdm-sync``."""

from mdm_sync.cli import main

if __name__ == "__main__":
    main()
