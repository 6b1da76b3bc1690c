"""How the built-in signals are called in Chinese sheets, by the name under which they count."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

SIGNAL_WORDS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "active_users": ("活跃用户", "活跃用户数", "活跃人数", "活跃账号数"),
        "licensed_users": ("授权用户", "授权用户数", "授权账号数", "开通账号数", "开通用户数"),
        "logins": ("登录次数", "登录数"),
        "usage_minutes": ("使用时长", "使用时长（分钟）", "使用分钟数"),
        "core_features_used": ("已用核心功能数", "核心功能使用数"),
        "core_features_available": ("可用核心功能数", "核心功能总数"),
        "features_available": ("可用功能数", "功能总数"),
        "features_used": ("已用功能数", "功能使用数"),
        "sentiment": ("负责人判断", "情绪"),
    }
)
