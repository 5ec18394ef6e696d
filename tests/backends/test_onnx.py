"""The ONNX file of a run, by ONNX' own reference implementation in NumPy."""

import numpy as np
import onnx
from onnx.reference import ReferenceEvaluator

from cnnbook import models
from cnnbook.exporting import export
from cnnbook.training.results import inference_model
from cnnbook.training.runs import Run


def test_onnx_answers_as_the_run_s_model(tmp_path):
    model = inference_model(models.baseline_cnn(3, size=16), temperature=1.7)
    pictures = np.random.default_rng(0).integers(0, 256, (3, 16, 16, 3)).astype(np.uint8)
    path = tmp_path / "cars.onnx"
    assert export(Run(model, tuple("abc"), 16, {}, None), "onnx", path, pictures) < 1e-5
    reference = ReferenceEvaluator(onnx.load(path))
    (answers,) = reference.run(None, {reference.input_names[0]: pictures.astype(np.float32)})
    np.testing.assert_allclose(answers, model.predict(pictures, verbose=0), atol=1e-5)
