import pytest
import torch
from torch.nn import functional as F

from attention_core import AttentionError, FactoredTaskEmbedding, TaskEmbedding


def test_a_task_is_read_as_its_one_hot_vector_would_be():
    embedding, task = TaskEmbedding(6, 4), torch.tensor([0, 5, 2, 2])
    (rows,) = embedding.parameters()
    torch.testing.assert_close(embedding(task), F.one_hot(task, 6).float() @ rows)


def test_factors_add_up():
    embedding = FactoredTaskEmbedding([3, 2], 4)
    task = torch.tensor([[0, 1], [2, 0]])
    feature, back = (part.weight for part in embedding.embeddings)
    torch.testing.assert_close(embedding(task), torch.stack([feature[0] + back[1], feature[2] + back[0]]))


def test_a_combination_never_trained_is_made_of_its_parts():
    embedding = FactoredTaskEmbedding([3, 2], 4)
    vectors = embedding(torch.cartesian_prod(torch.arange(3), torch.arange(2))).unflatten(0, (3, 2))
    difference = vectors[:, 1] - vectors[:, 0]
    torch.testing.assert_close(difference, difference[:1].expand(3, 4))


def test_only_the_vectors_of_the_tasks_seen_are_trained():
    embedding = FactoredTaskEmbedding([3, 2], 4)
    embedding(torch.tensor([[1, 0]])).sum().backward()
    trained = [part.weight.grad.any(-1).tolist() for part in embedding.embeddings]
    assert trained == [[False, True, False], [True, False]]


@pytest.mark.usefixtures("as_shipped")
def test_what_is_no_task_is_named():
    with pytest.raises(
        AttentionError, match=r"task is torch.float32; expected integers, such as one_hot.argmax"
    ):
        TaskEmbedding(6, 4)(torch.eye(6))
    with pytest.raises(AttentionError, match=r"a task has levels \[6\]; expected levels from 0 up to \[5\]"):
        TaskEmbedding(6, 4)(torch.tensor([2, 6]))
    with pytest.raises(
        AttentionError, match=r"a task has levels \[0, -1\]; expected levels from 0 up to \[2, 1\]"
    ):
        FactoredTaskEmbedding([3, 2], 4)(torch.tensor([[0, -1]]))
    with pytest.raises(AttentionError, match=r"task has shape \[2, 3\]; expected \[\*batch, 2 factors\]"):
        FactoredTaskEmbedding([3, 2], 4)(torch.zeros(2, 3, dtype=torch.long))
    with pytest.raises(AttentionError, match=r"factors have \[\] levels"):
        FactoredTaskEmbedding([], 4)
