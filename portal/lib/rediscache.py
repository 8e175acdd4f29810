"""Django's Redis cache with one client for each connection pool: a new one for every call costs more than the call."""

from __future__ import annotations

from typing import Any

from django.core.cache.backends import redis


class KeptClient(redis.RedisCacheClient):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._kept: dict[int, Any] = {}

    def get_client(self, key: Any = None, *, write: bool = False) -> Any:
        """The client of the server that is asked; clients only pass commands on and are safe to share."""
        place = self._get_connection_pool_index(write)  # type: ignore[attr-defined] # not in the stubs
        client = self._kept.get(place)
        if client is None:
            client = self._kept[place] = super().get_client(key, write=write)
        return client


class RedisCache(redis.RedisCache):
    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self._class = KeptClient
