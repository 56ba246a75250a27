"""A definition with a field of every type, and a photo, for tests of inputs."""

from __future__ import annotations

from desktop.cases.definition import CaseField, Item, ItemColumn, Node
from desktop.kernel.words import Text


def said(zh: str, en: str) -> Text:
    return {"zh": zh, "en": en}


TREE = (
    Node(name="public", title=said("公共区域", "Public area"), children=(
        Node(name="pipe", title=said("给排水", "Plumbing"), urgency="urgent", children=(
            Node(name="leak", title=said("漏水", "Leak"), flags=("after_photo",)),
            Node(name="blocked", title=said("堵塞", "Blocked"), urgency="normal"),
        )),
        Node(name="light", title=said("照明不亮", "Light out")),
    )),
    Node(name="home", title=said("户内", "In the home"), children=(
        Node(name="tap", title=said("水龙头", "Tap"), flags=("paid",)),
    )),
)  # fmt: skip

COLUMNS = (
    ItemColumn(name="part", title=said("配件", "Part"), type="part"),
    ItemColumn(name="what", title=said("项目", "Item"), type="text", needed=True),
    ItemColumn(name="quantity", title=said("数量", "Quantity"), type="number", needed=True),
    ItemColumn(name="price", title=said("单价", "Price"), type="money", total=True),
    ItemColumn(name="paid", title=said("收费", "Paid"), type="tick"),
)

FIELDS = {
    one.name: one
    for one in (
        CaseField(name="what", title=said("内容", "What"), type="text", max_length=20),
        CaseField(name="category", title=said("类别", "Category"), type="category", tree=TREE),
        CaseField(name="source", title=said("来源", "Source"), type="choice",
                  options={"phone": said("电话", "Phone"), "visit": said("来访", "Visit")}),
        CaseField(name="hours", title=said("工时", "Hours"), type="number", unit="h", minimum=0, maximum=24),
        CaseField(name="fee", title=said("费用", "Fee"), type="money", minimum=0),
        CaseField(name="at", title=said("时间", "When"), type="date-time"),
        CaseField(name="who", title=said("住户", "Resident"), type="person"),
        CaseField(name="where", title=said("位置", "Where"), type="place"),
        CaseField(name="buildings", title=said("楼栋", "Buildings"), type="place", many=True, most=5),
        CaseField(name="device", title=said("设备", "Device"), type="thing"),
        CaseField(name="photos", title=said("照片", "Photos"), type="photo", most=3),
        CaseField(name="signed", title=said("签名", "Signature"), type="signature"),
        CaseField(name="steps", title=said("清单", "Checklist"), type="checklist", items=(
            Item(name="one", title=said("断电", "Power off"), required=True),
            Item(name="two", title=said("挂牌", "Tag out")),
        )),
        CaseField(name="items", title=said("明细", "Items"), type="items", columns=COLUMNS, most=2),
    )
}  # fmt: skip
