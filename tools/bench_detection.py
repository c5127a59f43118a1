"""What finding blobs costs beside scikit-image: `uv run tools/bench_detection.py [--repeats 5] [--clips 60]`.

CPU time of one thread for each frame, the two in turns, on frames of Gaussian blobs under noise, in which both find the
same blobs; OpenCV's separable filter stands beside them with the time of scale space alone. Then the error of position
at an SNR of 10, and what the default settings of an experiment miss on clips. Say OMP_NUM_THREADS=1 where threads are
not pinned already.
"""

import argparse
import time
from collections.abc import Callable
from typing import Any

import cv2
import numpy as np
from scipy import ndimage
from skimage.feature import blob_log

from object_persistence import HOLD_OUTS, BlobVideos, Detections, LoGDetector, hold_out, make_detector
from object_persistence.clips.matching import match_truth
from object_persistence.configuration import DetectionConfig, VideoConfig
from object_persistence.detection.scale_space import laplacians

SIGMAS = (1, 5, 10)
THRESHOLD = 0.1
CASES = ((64, 5, 6.0), (128, 23, 4.0), (256, 88, 4.0))
"""Pixels a side, blobs of a frame, and how many times as fast as scikit-image is asked for."""
SNR, SHIFTS, FARTHEST = 10, 2000, 0.1


def blobs(rng: np.random.Generator, size: int, count: int) -> np.ndarray:
    """A frame of blobs of sigma 1.4 to 2.6 in noise of 0.03."""
    rows, columns = np.mgrid[:size, :size]
    frame = rng.normal(0, 0.03, (size, size))
    for _ in range(count):
        (y, x), sigma, amplitude = rng.uniform(0, size, 2), rng.uniform(1.4, 2.6), rng.uniform(0.5, 1)
        frame += amplitude * np.exp(-((rows - y) ** 2 + (columns - x) ** 2) / 2 / sigma**2)
    return frame.astype(np.float32)


def scikit_image(frames: np.ndarray) -> list[np.ndarray]:
    """Blobs (y, x, sigma) of each frame."""
    return [blob_log(frame, *SIGMAS, THRESHOLD) for frame in frames]


def opencv(frames: np.ndarray, sigmas: np.ndarray) -> np.ndarray:
    """Scale space by OpenCV's separable filters, with the kernels and the borders of SciPy."""
    cube = np.empty((len(frames), len(sigmas), *frames.shape[1:]), np.float32)
    for row, sigma in enumerate(sigmas):
        impulse = np.zeros(2 * int(4 * sigma + 0.5) + 1)
        impulse[len(impulse) // 2] = 1
        smooth, curved = (
            ndimage.gaussian_filter1d(impulse, sigma, order=order, mode="constant") for order in (0, 2)
        )
        for at, frame in enumerate(frames):
            along = cv2.sepFilter2D(frame, cv2.CV_32F, curved, smooth, borderType=cv2.BORDER_REFLECT)
            across = cv2.sepFilter2D(frame, cv2.CV_32F, smooth, curved, borderType=cv2.BORDER_REFLECT)
            cube[at, row] = -(sigma**2) * (along + across)
    return cube


def fastest(works: dict[str, Callable[[], object]], repeats: int) -> dict[str, float]:
    """Least CPU seconds of each, called in turns."""
    spent: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(repeats):
        for name, work in works.items():
            start = time.process_time()
            work()
            spent[name].append(time.process_time() - start)
    return {name: min(each) for name, each in spent.items()}


def same(found: Detections, reference: list[np.ndarray]) -> str:
    """Say whether both found the same pixels at the same scales."""
    rows = np.concatenate([np.c_[np.full(len(each), at), each] for at, each in enumerate(reference)])
    rows = rows[np.lexsort((rows[:, 2], rows[:, 1], rows[:, 0]))]
    ours = np.c_[found.frame, found.y, found.x, found.sigma]
    return f"{len(ours)} the same" if np.array_equal(ours, rows) else f"{len(ours)} and {len(rows)} DIFFER"


def speed(size: int, count: int, target: float, frames: int, repeats: int) -> None:
    """Print one line of the table."""
    rng = np.random.default_rng(size)
    clip = np.stack([blobs(rng, size, count) for _ in range(frames)])
    detector = LoGDetector(*SIGMAS, THRESHOLD, subpixel=False)
    works = {
        "scikit-image": lambda: scikit_image(clip),
        "here": lambda: detector(clip),
        "sub-pixel": lambda: LoGDetector(*SIGMAS, THRESHOLD)(clip),
        "scale space": lambda: [laplacians(frame[None], detector.sigmas) for frame in clip],
        "opencv": lambda: [opencv(frame[None], detector.sigmas) for frame in clip],
    }
    agreed = same(detector(clip), scikit_image(clip))
    cost = {name: 1000 * seconds / frames for name, seconds in fastest(works, repeats).items()}
    ratio = cost["scikit-image"] / cost["here"]
    columns = "".join(f"{each:>14.2f}" for each in cost.values())
    print(f"{f'{size} px, {count} blobs':<18}{columns}{ratio:>8.1f} ×{f'≥ {target:.0f} ×':>9}   {agreed}")


def localisation() -> None:
    """Print the error of position at an SNR of 10, sub-pixel and not."""
    rng = np.random.default_rng(0)
    centre, sigma = 16 + rng.uniform(-0.5, 0.5, (SHIFTS, 2)), rng.uniform(1.4, 2.6, SHIFTS)
    rows, columns = np.mgrid[:33, :33]
    far = (rows - centre[:, :1, None]) ** 2 + (columns - centre[:, 1:, None]) ** 2
    frames = np.exp(-far / 2 / sigma[:, None, None] ** 2) + rng.normal(0, 1 / SNR, far.shape)
    for name, subpixel in (("sub-pixel", True), ("whole pixels", False)):
        found = LoGDetector(*SIGMAS, 0.3, subpixel=subpixel)(frames)
        error = np.c_[found.y, found.x] - centre[found.frame]
        rms, bias = np.sqrt((error**2).mean()), np.abs(error.mean(0)).max()
        print(f"{name:<18}RMS {rms:.3f} px per axis, bias {bias:.3f} px, {len(found)} of {SHIFTS} found")
    least = np.sqrt(2 / np.pi) / SNR
    print(f"target {FARTHEST} px; no estimator without bias does better than {least:.3f} px (Cramér and Rao)")


def quality(count: int) -> None:
    """Print what is missed, merged and found where nothing is, on clips of training and of every hold-out."""
    config, detector = VideoConfig(), make_detector(DetectionConfig())
    for name, clips in {"training": config, **{name: hold_out(config, name) for name in HOLD_OUTS}}.items():
        found = [(clip, detector(clip.frames)) for clip in BlobVideos(clips, range(count))]
        truths: list[Any] = [clip.truth for clip, _ in found]
        matched = [
            match_truth(each.frame, each.y, each.x, truth)
            for (_, each), truth in zip(found, truths, strict=True)
        ]
        visible = sum(each.visible for each in matched)
        rates = (sum(each.missed for each in matched), sum(each.merged for each in matched))
        missed, merged = (f"{each / visible:>12.2%}" for each in rates)
        clutter = sum(each.clutter for each in matched) / sum(len(each) for _, each in found)
        print(f"{name:<18}{visible / count:>12.1f}{missed}{merged}{clutter:>12.2%}")


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description="What finding blobs costs.")
    parser.add_argument("--frames", type=int, default=16, help="frames of a clip")
    parser.add_argument("--repeats", type=int, default=5, help="the fastest counts")
    parser.add_argument("--clips", type=int, default=60, help="clips of each kind")
    options = parser.parse_args()
    cv2.setNumThreads(1)
    print("CPU milliseconds a frame, one thread, float32")
    heads = ("scikit-image", "here", "sub-pixel", "scale space", "OpenCV's")
    print(f"{'':<18}{''.join(f'{head:>14}' for head in heads)}{'ratio':>10}{'target':>9}   detections")
    for size, count, target in CASES:
        speed(size, count, target, options.frames, options.repeats)
    print(f"\nposition of {SHIFTS} blobs at an SNR of {SNR}")
    localisation()
    print(f"\n{options.clips} clips of each kind, default settings of an experiment")
    print(f"{'':<18}{'objects':>12}{'missed':>12}{'merged':>12}{'clutter':>12}")
    quality(options.clips)


if __name__ == "__main__":
    main()
