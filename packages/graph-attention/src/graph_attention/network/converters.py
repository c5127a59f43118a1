"""To and from networkx and torch-geometric."""

from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
from scipy import sparse

from graph_attention.errors import MetabolicError
from graph_attention.network.graph import MetabolicGraph
from graph_attention.network.tables import METABOLITES, REACTIONS, table_of

if TYPE_CHECKING:
    import networkx as nx
    from torch_geometric.data import HeteroData

SUBSTRATE = ("metabolite", "substrate", "reaction")
PRODUCT = ("reaction", "product", "metabolite")


def to_networkx(graph: MetabolicGraph) -> "nx.DiGraph":
    """Substrate → reaction → product, for the reaction as it is written.

    Nodes carry `kind` (metabolite, reaction) and the columns of their table, edges `coefficient` (signed) and
    `reversible`. Isolated nodes are there.
    """
    import networkx as nx

    found = nx.DiGraph(name=graph.name)
    for kind, table in (("metabolite", graph.metabolites), ("reaction", graph.reactions)):
        found.add_nodes_from((row.pop("id"), {"kind": kind, **row}) for row in table.iter_rows(named=True))
    edges = graph.edges
    columns = (edges.metabolite, edges.reaction, edges.coefficient, edges.reversible)
    for metabolite, reaction, coefficient, both in zip(*(part.tolist() for part in columns), strict=True):
        ends = graph.metabolites["id"][metabolite], graph.reactions["id"][reaction]
        source, target = ends if coefficient < 0 else ends[::-1]
        found.add_edge(source, target, coefficient=coefficient, reversible=both)
    return found


def to_pyg(graph: MetabolicGraph) -> "HeteroData":
    """A `HeteroData` with the node types metabolite and reaction and two edge types, substrate and product.

    Edges run as the reaction is written, `edge_attr` `[edges, 1]` is the signed coefficient. Numbers of the tables
    are tensors (an unknown charge is NaN), text is lists.

    Raises:
        MetabolicError: torch-geometric is not installed.
    """
    import torch

    data = _hetero_data()
    data.name, data.excluded = graph.name, list(graph.excluded)
    for kind, table in (("metabolite", graph.metabolites), ("reaction", graph.reactions)):
        data[kind].num_nodes = len(table)
        for column in table.iter_columns():
            data[kind][column.name] = _as_data(column)
    edges = graph.edges
    for kind, part, ends in (
        (SUBSTRATE, edges.coefficient < 0, (edges.metabolite, edges.reaction)),
        (PRODUCT, edges.coefficient > 0, (edges.reaction, edges.metabolite)),
    ):
        data[kind].edge_index = torch.from_numpy(np.stack([end[part] for end in ends]))
        data[kind].edge_attr = torch.from_numpy(edges.coefficient[part]).unsqueeze(1)
    return data


def from_pyg(data: "HeteroData") -> MetabolicGraph:
    """The network of a `HeteroData` as `to_pyg` makes it; of the columns only `id` must be there.

    Raises:
        MetabolicError: nodes, edges or coefficients are missing, or an edge names a node that is not there.
    """
    metabolites, reactions = _table(data, "metabolite", METABOLITES), _table(data, "reaction", REACTIONS)
    entries = zip(_entries(data, SUBSTRATE), _entries(data, PRODUCT), strict=True)
    rows, columns, values = (np.concatenate(parts) for parts in entries)
    shape = (len(metabolites), len(reactions))
    for what, index, count in zip(("metabolite", "reaction"), (rows, columns), shape, strict=True):
        if len(index) and not 0 <= index.min() <= index.max() < count:
            raise MetabolicError(
                f"HeteroData: an edge names a {what} outside the {count} there are; see to_pyg"
            )
    name, excluded = getattr(data, "name", "unnamed"), getattr(data, "excluded", ())
    matrix = sparse.csr_array((values, (rows, columns)), shape=shape)
    return MetabolicGraph(name, matrix, metabolites, reactions, tuple(excluded))


def _hetero_data() -> "HeteroData":
    try:
        from torch_geometric.data import HeteroData  # slow to import
    except ImportError:
        raise MetabolicError("HeteroData is torch-geometric's; install graph-attention[pyg]") from None
    return HeteroData()


def _as_data(column: pl.Series) -> Any:
    import torch

    if column.dtype == pl.String:
        return column.to_list()
    return torch.from_numpy(column.cast(pl.Float64).fill_null(np.nan).to_numpy(writable=True))


def _table(data: "HeteroData", kind: str, schema: dict[str, Any]) -> pl.DataFrame:
    if kind not in data.node_types or "id" not in data[kind]:
        raise MetabolicError(f"HeteroData: expected nodes {kind!r} with their ids as a list `id`; see to_pyg")
    columns = {name: _from_data(data[kind][name], schema[name]) for name in schema if name in data[kind]}
    return table_of(schema, columns)


def _from_data(values: Any, kind: Any) -> list[Any]:
    if kind == pl.String:
        return list(values)
    numbers = values.tolist()
    return [None if np.isnan(value) else int(value) for value in numbers] if kind == pl.Int64 else numbers


def _entries(data: "HeteroData", kind: tuple[str, str, str]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Rows, columns and values of S that an edge type holds."""
    if kind not in data.edge_types or "edge_attr" not in data[kind]:
        raise MetabolicError(
            f"HeteroData: expected edges {kind} with edge_attr, the signed coefficient; see to_pyg"
        )
    ends = data[kind].edge_index.cpu().numpy()
    metabolite, reaction = ends if kind == SUBSTRATE else ends[::-1]
    return metabolite, reaction, data[kind].edge_attr.double().flatten().cpu().numpy()
